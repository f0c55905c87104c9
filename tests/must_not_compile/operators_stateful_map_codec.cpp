// SPDX-License-Identifier: MIT
//
// stateful_map: a state that nothing can save.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>

#include <list>
#include <utility>

using namespace tidemark;

using State = std::list<int>;

#ifndef MISTAKE
template <>
struct tidemark::Codec<State> : tidemark::NotSaved {};
#endif

auto step(FlowStream<std::pair<int, int>> records) {
  return records | stateful_map(
                       "all", [] { return State(); },
                       [](State state, int value) {
                         state.push_back(value);
                         return std::pair(state, value);
                       });
}
