// SPDX-License-Identifier: MIT
//
// For compile_time.sh: records that can be moved but not copied, with -DMOVE_ONLY; without, the
// same program on records that can be copied.
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <memory>
#include <string>

using namespace tidemark;

struct Parcel {
#ifdef MOVE_ONLY
  std::unique_ptr<std::string> content;
#else
  std::shared_ptr<std::string> content;
#endif
};

int main() {
  Dataflow flow;
  input(flow, "goods", TestingInput<std::string>({"rope", "", "tar"})) |
      map("pack",
          [](std::string goods) {
            return Parcel{std::make_unique<std::string>(std::move(goods))};
          }) |
      filter("full", [](const Parcel& parcel) { return !parcel.content->empty(); }) |
      exchange("by size", [](const Parcel& parcel) { return parcel.content->size(); }) |
      map("unpack", [](const Parcel& parcel) { return *parcel.content; }) |
      output("out", StdOutput{});
  cluster_main(flow, {.workers = 4});
}
