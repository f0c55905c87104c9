// SPDX-License-Identifier: MIT
//
// stateful_map: a result without a new state.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>

#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
  const auto begin = [] { return 0; };
#ifdef MISTAKE
  return records | stateful_map("sum", begin, [](int state, int value) { return state + value; });
#else
  return records |
         stateful_map("sum", begin, [](int state, int value) { return std::pair(state, value); });
#endif
}
