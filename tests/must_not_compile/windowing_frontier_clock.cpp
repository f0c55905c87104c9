// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/count_window.hpp>

#include <vector>

using namespace tidemark;

void build(Dataflow& flow) {
#ifdef MISTAKE
  const FrontierClock clock;
#else
  const SystemClock clock;
#endif
  input(flow, "in", TestingInput(std::vector<std::pair<int, int>>{})) |
      count_window("count", clock, TumblingWindow(std::chrono::seconds(1), EventTime()));
}
