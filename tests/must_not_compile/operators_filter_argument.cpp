// SPDX-License-Identifier: MIT
//
// filter: a predicate of another type of record.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/filter.hpp>

#include <string>

using namespace tidemark;

#ifdef MISTAKE
using Record = std::string;
#else
using Record = int;
#endif

auto step(FlowStream<int> numbers) {
  return numbers | filter([](const Record& record) { return record == Record(); });
}
