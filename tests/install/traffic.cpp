// SPDX-License-Identifier: MIT
//
// A program of somebody's own that measures a protocol on a dataflow of its own.
#include <tidemark/experiments/traffic.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <iostream>
#include <memory>

int main() {
  using namespace tidemark;
  const traffic::Flow tallies =
      traffic::make_flow("tallies", "each worker sends a number, which all count",
                         traffic::one_each, [](auto numbers) { return numbers | count(); });
  const traffic::Setting setting{.workers = {2, 4}, .per_process = 2, .rounds = 2};
  const traffic::Protocol direct{"mine", std::make_shared<DirectPolicy>()};
  std::cout << traffic::heading(setting) << traffic::line(measure(tallies, direct, setting));
}
