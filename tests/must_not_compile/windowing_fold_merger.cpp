// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/windowers/session_windower.hpp>

#include <vector>

using namespace tidemark;

void build(Dataflow& flow) {
  const auto begin = [] { return 0; };
  const auto add = [](int sum, int value) { return sum + value; };
  const SessionWindow sessions{std::chrono::seconds(1)};
  auto in = input(flow, "in", TestingInput(std::vector<std::pair<int, int>>{}));
#ifdef MISTAKE
  in | fold_window("sum", SystemClock{}, sessions, begin, add);
#else
  in | fold_window("sum", SystemClock{}, sessions, begin, add, add);
#endif
}
