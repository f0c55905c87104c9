// SPDX-License-Identifier: MIT
//
// Pictures beyond what their format can hold.
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <tests/support.hpp>
#include <tests/viz/flows.hpp>

#include <string>

namespace tidemark::picture_size_test {
namespace {

/// A graph of one box that is so many inches wide and high.
std::string box(int width, int height) {
  return "digraph { a [shape=box fixedsize=true label=\"\" width=" + std::to_string(width) +
         " height=" + std::to_string(height) + "] }";
}

/// `count` steps in a row.
std::string row(int count) {
  tests::FlowBuilder builder("row");
  std::uint32_t last = builder.step("input", "in", 0, 1);
  for (int i = 0; i != count; ++i) {
    const std::uint32_t next = builder.step("exchange", "", 1, 1);
    builder.connect(last, next, Contract::exchange);
    last = next;
  }
  return to_dot(builder.flow, View::logical);
}

TEST_CASE("500 steps in a row are no PNG that can be read, which says so and names SVG",
          "[layout]") {
  const std::string dot = row(500);
  CHECK_THROWS_WITH(render(dot, Format::png),
                    Catch::Matches("the picture would have [0-9]+ by [0-9]+ pixels, and a PNG is "
                                   "drawn with at most 32767 a side: use SVG"));
  CHECK_THROWS_AS(render(dot, Format::pdf), RenderError);
  CHECK(render(dot, Format::svg).starts_with("<svg "));
}

TEST_CASE("a picture is refused where it is longer, wider or larger than its format can hold",
          "[layout]") {
  const auto error = [](int width, int height, Format format) -> std::string {
    try {
      render(box(width, height), format);
    } catch (const RenderError& refused) {
      return refused.what();
    }
    return "";
  };
  CHECK(error(1, 170, Format::png).empty());
  CHECK(error(1, 171, Format::png) ==
        "the picture would have 192 by 32832 pixels, and a PNG is drawn with at most 32767 a side: "
        "use SVG or PDF");
  CHECK(error(171, 1, Format::png) ==
        "the picture would have 32832 by 192 pixels, and a PNG is drawn with at most 32767 a side: "
        "use SVG or PDF");
  CHECK(error(100, 100, Format::png) ==
        "the picture would have 19200 by 19200 pixels, and a PNG is drawn with at most 250 "
        "million: use SVG or PDF");
  CHECK(error(1, 200, Format::pdf).empty());
  CHECK(error(1, 201, Format::pdf) ==
        "the picture would have 72 by 14472 points, and a page of PDF has at most 14400 a side: "
        "use SVG");
  CHECK(error(201, 201, Format::png).ends_with("at most 32767 a side: use SVG"));
  CHECK(error(300, 300, Format::svg).empty());
  CHECK(error(300, 300, Format::dot).empty());
}

}  // namespace
}  // namespace tidemark::picture_size_test
