// SPDX-License-Identifier: MIT
//
// For compile_time.sh: records that are a struct with a string.
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <ostream>
#include <string>

using namespace tidemark;

struct Reading {
  std::string gauge;
  double feet = 0;
};

std::ostream& operator<<(std::ostream& out, const Reading& reading) {
  return out << reading.gauge << ' ' << reading.feet;
}

int main() {
  Dataflow flow;
  input(flow, "feet", TestingInput<Reading>({{"pier", 10}, {"lock", -1}, {"pier", 20}})) |
      filter("plausible", [](const Reading& reading) { return reading.feet >= 0; }) |
      exchange("by gauge", &Reading::gauge) |
      map("metres",
          [](const Reading& r) {
            return Reading{r.gauge, 0.3048 * r.feet};
          }) |
      output("out", StdOutput{});
  cluster_main(flow, {.workers = 4});
}
