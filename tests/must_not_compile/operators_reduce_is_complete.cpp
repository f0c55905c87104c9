// SPDX-License-Identifier: MIT
//
// reduce: is_complete looks at the accumulator and at nothing else.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/reduce.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
#ifdef MISTAKE
  return records | reduce("sum", std::plus<>(), [](int, int) { return true; });
#else
  return records | reduce("sum", std::plus<>(), [](int) { return true; });
#endif
}
