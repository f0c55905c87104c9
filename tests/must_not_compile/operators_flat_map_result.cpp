// SPDX-License-Identifier: MIT
//
// flat_map: one record is not a range of records.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>

#include <vector>

using namespace tidemark;

#ifdef MISTAKE
using Result = int;
#else
using Result = std::vector<int>;
#endif

auto step(FlowStream<int> numbers) {
  return numbers | flat_map([](int) { return Result(); });
}
