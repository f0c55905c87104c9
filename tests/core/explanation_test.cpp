// SPDX-License-Identifier: MIT
//
// Explanations in sentences.
#include <tidemark/core/explanation.hpp>

#include <tests/support.hpp>

namespace tidemark::explanation_test {
namespace {

using Kind = Explanation::Holder::Kind;

/// Why 3 can still appear at the output of count: an input's capability at 2.
Explanation explanation() {
  return {.subject = "probe on 'count'",
          .location = LocationId{2},
          .name = "count.out0",
          .time = "3",
          .causes = {{.count = 1,
                      .path = {{LocationId{0}, "input.out0", "2"},
                               {LocationId{1}, "count.in0", "2"},
                               {LocationId{2}, "count.out0", "3"}},
                      .holders = {{.worker = 0, .kind = Kind::capability, .count = 1}}}},
          .busy = {}};
}

TEST_CASE("an explanation says who holds what, how far away, and what becomes of it",
          "[explanation]") {
  CHECK(to_text(explanation()) ==
        "probe on 'count': 3 can still appear at count.out0, because\n"
        "  input.out0 holds 1 capability at 2 (worker 0), 2 hops away: 2 at input.out0 -> 2 at "
        "count.in0 -> 3 at count.out0");
}

TEST_CASE("an explanation says what can be done about what is held", "[explanation]") {
  using Role = Explanation::Cause::Role;
  Explanation why = explanation();
  const auto end_as = [&](Role role) {
    why.causes.front().role = role;
    const std::string text = to_text(why);
    return text.substr(text.rfind(';') + 1);
  };
  CHECK(end_as(Role::begins) == " nothing comes before it: it is to be advanced or dropped");
  CHECK(end_as(Role::holds_on) == " nothing that can still arrive needs it: it is to be dropped");
  CHECK(end_as(Role::waits) == " it waits for what can still arrive");
}

TEST_CASE("an explanation without a subject begins with the timestamp", "[explanation]") {
  Explanation why = explanation();
  why.subject.clear();
  CHECK(to_text(why).starts_with("3 can still appear at count.out0, because\n"));
}

TEST_CASE("a timestamp that nothing holds is complete", "[explanation]") {
  Explanation why = explanation();
  why.causes.clear();
  why.busy = {{.worker = 3, .step = "map"}};
  CHECK(to_text(why) == "probe on 'count': 3 is complete at count.out0");
}

TEST_CASE("one hop is one hop, and none is right there", "[explanation]") {
  Explanation why = explanation();
  auto& path = why.causes[0].path;
  path.erase(path.begin());
  CHECK(to_text(why).ends_with(
      "count.in0 holds 1 capability at 2 (worker 0), 1 hop away: 2 at count.in0 -> 3 at "
      "count.out0"));
  path.erase(path.begin());
  CHECK(to_text(why).ends_with("count.out0 holds 1 capability at 3 (worker 0), right there"));
}

TEST_CASE("several holders are listed, and what nobody holds is in flight", "[explanation]") {
  Explanation::Cause cause{.count = 7, .path = {{LocationId{1}, "count.in0", "(2, 1)"}}};
  cause.rest = 4;
  CHECK(to_text(cause) == "count.in0 holds 4 in flight at (2, 1)");
  cause.holders = {{.worker = 0, .kind = Kind::queued_batch, .count = 2},
                   {.worker = 1, .kind = Kind::open_batch, .count = 1}};
  CHECK(to_text(cause) ==
        "count.in0 holds 2 queued batches at (2, 1) (worker 0), 1 open batch at (2, 1) (worker 1) "
        "and 4 in flight at (2, 1)");
  cause.rest = 0;
  CHECK(to_text(cause) ==
        "count.in0 holds 2 queued batches at (2, 1) (worker 0) and 1 open batch at (2, 1) "
        "(worker 1)");
  cause.holders = {{.worker = 5, .kind = Kind::capability, .count = 3}};
  CHECK(to_text(cause) == "count.in0 holds 3 capabilities at (2, 1) (worker 5)");
}

TEST_CASE("what nobody holds is somewhere: in flight, in a report, or where nobody answers",
          "[explanation]") {
  using Whereabouts = Explanation::Cause::Whereabouts;
  Explanation::Cause cause{.count = 7, .path = {{LocationId{1}, "count.out0", "2"}}, .rest = 2};
  cause.rest_is = Whereabouts::in_progress_message;
  CHECK(to_text(cause) == "count.out0 holds 2 in a progress message in flight at 2");
  cause.rest_is = Whereabouts::unanswered;
  CHECK(to_text(cause) == "count.out0 holds 2 in flight or at a worker that did not answer at 2");
}

TEST_CASE("a worker that did not answer is named with the step whose code it runs",
          "[explanation]") {
  Explanation why = explanation();
  why.busy = {{.worker = 3, .step = "map"}, {.worker = 4, .step = ""}};
  CHECK(
      to_text(why).ends_with("\n  worker 3 did not answer: the code of step 'map' is running"
                             "\n  worker 4 did not answer: it is in the program's own code"));
}

TEST_CASE("ten causes are told, and how many more there are", "[explanation]") {
  Explanation why = explanation();
  why.causes.resize(10, why.causes[0]);
  const auto lines = [&] {
    const std::string text = to_text(why);
    return std::ranges::count(text, '\n');
  };
  CHECK(lines() == 10);
  why.causes.resize(15, why.causes[0]);
  CHECK(lines() == 11);
  CHECK(to_text(why).ends_with("\n  and 5 more"));
}

}  // namespace
}  // namespace tidemark::explanation_test
