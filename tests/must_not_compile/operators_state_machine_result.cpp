// SPDX-License-Identifier: MIT
//
// state_machine: the transition says whether to drop the state, and what to send.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/state_machine.hpp>

#include <utility>
#include <vector>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
  return records | state_machine<int>("machine", [](int, int value, int& state) {
           state += value;
#ifdef MISTAKE
           return std::vector<int>{state};
#else
           return std::pair(state > 3, std::vector<int>{state});
#endif
         });
}
