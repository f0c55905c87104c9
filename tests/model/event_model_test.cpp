// SPDX-License-Identifier: MIT
//
// The model of event time itself: it counts right, and is quiet about what does no harm.
#include <tests/core/runs.hpp>
#include <tests/model/counterexample.hpp>
#include <tests/support.hpp>

namespace tidemark::model {
namespace {

class PromiseEarly final : public Mutation {
  EventFault event_fault() const override { return EventFault::promised_early; }
};

System parts(Layout layout, Bounds bounds, std::vector<std::uint32_t> at) {
  return {.name = "parts",
          .group = "",
          .program = straight(),
          .layout = layout,
          .policy = std::make_shared<DirectPolicy>(),
          .bounds = bounds,
          .parts = std::move(at)};
}

}  // namespace

TEST_CASE("two parts of one worker that send nothing have the states that one finds by hand",
          "[event_time]") {
  // Before they are opened 1. Then with both, or one of them, or the other: the step has not seen
  // that the frontier is {1}, has, and has asked. With none: the same, or it has seen that it is {}
  // and asked there or not, and has asked before at {1} or not.
  EventModel model(parts({1, 1, false}, {1, 1, 0}, {0, 0}));
  const Found found = search(model);
  CHECK(found.states == 1 + 3 * 3 + 3 + 2 * 2);
  CHECK(found.ends == 2);
  CHECK_FALSE(found.violation);
}

TEST_CASE("a state of event time is the same after it has been written down as bytes",
          "[event_time][state]") {
  EventModel model(parts({2, 2, false}, {1, 1, 1}, {0, 1}));
  std::optional<Violation> violation;
  std::vector<EventState> states{model.initial(violation)};
  std::set<Bytes> seen{model.canonical(states.front())};
  for (std::size_t i = 0; i != states.size(); ++i) {
    const EventState state = states[i];
    CHECK(model.decode(model.canonical(state)) == state);
    model.for_each_step(state, [&](const auto&, const EventState& next, const auto&) {
      if (seen.insert(model.canonical(next)).second) states.push_back(next);
    });
    if (states.size() > 1000) break;
  }
}

TEST_CASE("a promise that comes before the downgrade of its capability does no harm",
          "[event_time][mutants]") {
  const PromiseEarly early;
  const Bounds bounds{tests::slowdown == 1 ? 2u : 1u, 1, 1};
  for (const Layout& layout : {Layout{2, 1, false}, Layout{2, 2, false}}) {
    EventModel model(parts(layout, bounds, {0, 1}), &early);
    const Found found = search(model);
    CHECK(found.complete);
    CHECK_FALSE(found.violation);
  }
}

TEST_CASE("a counterexample of event time goes from the beginning to the violation",
          "[event_time][counterexample]") {
  for (const Mutant& mutant : mutants()) {
    if (mutant.system.parts.empty()) continue;
    INFO(mutant.name);
    EventModel model(mutant.system, mutant.mutation.get());
    const Found found = search(model);
    REQUIRE(found.violation);
    const Walk<EventModel> way = walk(model, found);
    CHECK(way.steps.size() == found.steps);
    CHECK(way.violation.invariant == found.violation->invariant);
    CHECK_THAT(text_of(model, way), Catch::Contains("<- the fault"));
  }
}

}  // namespace tidemark::model
