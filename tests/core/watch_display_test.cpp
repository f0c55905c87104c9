// SPDX-License-Identifier: MIT
//
// What is shown of a run while it goes on.
#include <tidemark/core/process/watch_display.hpp>

#include <catch2/catch.hpp>
#include <tests/support.hpp>

#include <chrono>

namespace tidemark::watch_display_test {
namespace {

using namespace std::chrono_literals;

Watched at(std::uint64_t runs, std::uint64_t records, std::chrono::seconds elapsed) {
  Watched watched;
  watched.inputs = {{"lines", records, 7, 2, 0}};
  Watched::Dataflow& flow = watched.dataflows.emplace_back();
  flow.name = "words";
  flow.steps = {{"lines", 0, runs, 0}, {"count", 1, runs, records}};
  flow.progress.ports = {{"lines.out0", false, {{"7", 1}}, {"7"}},
                         {"count.in0", true, {{"5", 2}, {"6", 1}}, {"5"}},
                         {"count.out0", false, {}, {}}};
  watched.held = "5 at count.in0 is held back: lines.out0 holds 1 capability at 5 (worker 0)";
  watched.elapsed = elapsed;
  return watched;
}

TEST_CASE("a run is shown by its inputs, its steps and what is held back", "[watch]") {
  CHECK(watch_lines(at(10, 100, 1s), at(30, 1100, 3s), 80, 24) ==
        std::vector<std::string>{
            "lines: 1100 records, 500/s, epoch 7, 2 behind", "step    runs/s  records/s  frontier",
            "lines       10          0  7            1 held",
            "count       10        500  5            3 waiting",
            "5 at count.in0 is held back: lines.out0 holds 1 capability at 5 (worker 0)"});
}

TEST_CASE("what is shown fits the terminal, and the last line says what is held back", "[watch]") {
  Watched now = at(30, 1100, 3s);
  for (int i = 0; i != 50; ++i) now.dataflows.front().steps.push_back({"more", 2, 0, 0});
  for (const std::size_t width : {1u, 20u, 79u})
    for (const std::size_t height : {1u, 3u, 10u}) {
      const std::vector<std::string> lines = watch_lines({}, now, width, height);
      CHECK(lines.size() <= std::max<std::size_t>(height, 3));
      for (const std::string& line : lines) CHECK(line.size() <= width);
      CHECK(now.held.starts_with(lines.back()));
    }
}

TEST_CASE("elsewhere than on a terminal a run is a line now and then", "[watch]") {
  CHECK(watch_line(at(10, 100, 1s), at(30, 1100, 3s)) ==
        "3 s: lines: 1100 records, 500/s, epoch 7, 2 behind; 5 at count.in0 is held back: "
        "lines.out0 holds 1 capability at 5 (worker 0)");
  CHECK(watch_line({}, {}) == "0 s: nothing to tell");
}

}  // namespace
}  // namespace tidemark::watch_display_test
