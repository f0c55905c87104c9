// SPDX-License-Identifier: MIT
//
// For compile_time.sh: records that are a variant.
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/routing/split_by.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <string>
#include <variant>

using namespace tidemark;

struct Arrival {
  std::string ship;
  int tons = 0;
};
struct Sailing {
  std::string ship;
};
using Movement = std::variant<Arrival, Sailing>;

std::string ship(const Movement& movement) {
  return std::visit([](const auto& of) { return of.ship; }, movement);
}

int main() {
  Dataflow flow;
  const TestingInput<Movement> log(
      {Arrival{"Argo", 40}, Sailing{"Argo"}, Arrival{"Beagle", 242}, Arrival{"Argo", 10}});
  auto [arrivals, sailings] =
      input(flow, "log", log) | exchange("by ship", ship) | split_by("kind");
  arrivals | map("tons", &Arrival::tons) | output("unloaded", StdOutput{});
  sailings | map("ship", &Sailing::ship) | output("gone", StdOutput{});
  cluster_main(flow, {.workers = 4});
}
