// SPDX-License-Identifier: MIT
//
// map: a function of another type of record.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <string>

using namespace tidemark;

#ifdef MISTAKE
using Record = std::string;
#else
using Record = int;
#endif

auto step(FlowStream<int> numbers) {
  return numbers | map([](const Record& record) { return record; });
}
