// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/reduce_window.hpp>

#include <functional>
#include <vector>

using namespace tidemark;

#ifdef MISTAKE
using Item = int;
#else
using Item = std::pair<int, int>;
#endif

void build(Dataflow& flow) {
  input(flow, "in", TestingInput(std::vector<Item>{})) |
      reduce_window("sum", SystemClock{}, TumblingWindow(std::chrono::seconds(1), EventTime()),
                    std::plus<>{});
}
