// SPDX-License-Identifier: MIT
//
// Tracker: what is not read costs nothing. Segments, readers, and counts inside a segment.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/needed_sites.hpp>

#include <tests/progress/graph.hpp>
#include <tests/support.hpp>

namespace tidemark::tracker_segment_test {
namespace {

using Frontier = Antichain<Epoch>;
using Needed = Tracker<Epoch, NeededSites>;
using tests::at;
using tests::change;
using tests::frontier;

/// input -> step0 -> ... : one segment.
Needed segment(int steps) {
  return tests::chain<Epoch>(steps).track<NeededSites>();
}

/// The moves of a propagation: `step0.in0 {3} {5}; `.
std::string moves(auto& tracker) {
  std::ostringstream text;
  tracker.propagate([&](LocationId location, const Frontier& before, const Frontier& after) {
    text << tracker.topology().describe(location) << ' ' << before << ' ' << after << "; ";
  });
  return text.str();
}

void update(auto& tracker, const std::string& name, std::uint64_t time, std::int64_t diff) {
  tracker.update({at(tracker, name), time}, diff);
}

/// One whose input is at `epoch`.
Needed segment_at(std::uint64_t epoch) {
  Needed tracker = segment(10);
  update(tracker, "input.out0", epoch, +1);
  moves(tracker);
  return tracker;
}

TEST_CASE("a location that nobody reads is not visited and knows its frontier all the same",
          "[tracker][segment]") {
  Needed tracker = segment(100);
  CHECK(change(tracker, "input.out0", 5, +1) == 1);
  CHECK(frontier(tracker, "step50.in0") == Frontier{5});
  CHECK(frontier(tracker, "step99.out0") == Frontier{5});
  CHECK(change(tracker, "input.out0", 5, -1) == 1);
  CHECK(frontier(tracker, "step99.out0").empty());
}

TEST_CASE("an epoch through 1,000 idle operators costs as many visits as through 10",
          "[tracker][segment]") {
  const auto visits = [](int steps) {
    Needed tracker = segment(steps);
    tracker.set_interest(at(tracker, "step" + std::to_string(steps - 1) + ".out0"),
                         Interest::always);
    update(tracker, "input.out0", 0, +1);
    moves(tracker);
    const std::uint64_t before = tracker.visits();
    update(tracker, "input.out0", 0, -1);
    update(tracker, "input.out0", 1, +1);
    moves(tracker);
    return tracker.visits() - before;
  };
  CHECK(visits(1000) == visits(10));
  CHECK(visits(10) == 2);
}

TEST_CASE("a tracker whose locations are all sites reports the move of every location",
          "[tracker][segment]") {
  Tracker<Epoch> tracker = tests::chain<Epoch>(2).track();
  update(tracker, "input.out0", 3, +1);
  CHECK(moves(tracker) ==
        "input.out0 {} {3}; step0.in0 {} {3}; step0.out0 {} {3}; step1.in0 {} {3}; "
        "step1.out0 {} {3}; ");
}

TEST_CASE("two readers of a segment are told and nobody between them is visited",
          "[tracker][segment]") {
  Needed tracker = segment(50);
  tracker.set_interest(at(tracker, "step10.in0"), Interest::always);
  tracker.set_interest(at(tracker, "step40.out0"), Interest::always);
  update(tracker, "input.out0", 3, +1);
  CHECK(moves(tracker) == "input.out0 {} {3}; step10.in0 {} {3}; step40.out0 {} {3}; ");
  CHECK(tracker.visits() == 3);
}

TEST_CASE("a reader that comes in mid-run finds the frontier that was there",
          "[tracker][segment]") {
  Needed tracker = segment_at(3);
  tracker.set_interest(at(tracker, "step5.in0"), Interest::always);
  CHECK(frontier(tracker, "step5.in0") == Frontier{3});
  CHECK(moves(tracker).empty());
  update(tracker, "input.out0", 4, +1);
  update(tracker, "input.out0", 3, -1);
  CHECK(moves(tracker) == "input.out0 {3} {4}; step5.in0 {3} {4}; ");
}

TEST_CASE("a reader that comes between a change and its propagation is told of the move",
          "[tracker][segment]") {
  Needed tracker = segment_at(3);
  update(tracker, "input.out0", 3, -1);
  tracker.set_interest(at(tracker, "step5.in0"), Interest::always);
  CHECK(frontier(tracker, "step5.in0") == Frontier{3});
  CHECK(moves(tracker) == "input.out0 {3} {}; step5.in0 {3} {}; ");
}

TEST_CASE("a location that was forgotten costs nothing again", "[tracker][segment]") {
  Needed tracker = segment(10);
  const LocationId middle = at(tracker, "step5.in0");
  tracker.set_interest(middle, Interest::always);
  CHECK(change(tracker, "input.out0", 3, +1) == 2);
  tracker.set_interest(middle, Interest::never);
  CHECK(tracker.frontier(middle) == Frontier{3});
  CHECK(change(tracker, "input.out0", 3, -1) == 1);
  CHECK(tracker.frontier(middle).empty());
}

TEST_CASE(
    "a location that is forgotten between a change there and its propagation forgets nothing "
    "of it",
    "[tracker][segment]") {
  Needed tracker = segment(10);
  const LocationId middle = at(tracker, "step5.in0");
  tracker.set_interest(middle, Interest::always);
  update(tracker, "step5.in0", 3, +1);
  tracker.set_interest(middle, Interest::never);
  CHECK(tracker.frontier(middle).empty());
  CHECK(moves(tracker) == "step5.in0 {} {3}; ");
  update(tracker, "step5.in0", 3, -1);
  tracker.set_interest(middle, Interest::never);
  CHECK(tracker.frontier(middle) == Frontier{3});
  CHECK(moves(tracker) == "step5.in0 {3} {}; ");
  CHECK(frontier(tracker, "step9.out0").empty());
}

TEST_CASE("a pointstamp splits its segment as long as it is there", "[tracker][segment]") {
  Needed tracker = segment_at(3);
  update(tracker, "step5.in0", 1, +1);
  CHECK(moves(tracker) == "step5.in0 {3} {1}; ");
  CHECK(frontier(tracker, "step4.out0") == Frontier{3});
  CHECK(frontier(tracker, "step5.out0") == Frontier{1});
  update(tracker, "step7.out0", 2, +1);
  CHECK(moves(tracker).empty());  // held back by the one before

  update(tracker, "step5.in0", 1, -1);
  CHECK(moves(tracker) == "step5.in0 {1} {3}; step7.out0 {1} {2}; ");
  CHECK(frontier(tracker, "step6.in0") == Frontier{3});
  CHECK(frontier(tracker, "step9.out0") == Frontier{2});
  update(tracker, "step7.out0", 2, -1);
  CHECK(moves(tracker) == "step7.out0 {2} {3}; ");
  CHECK(change(tracker, "input.out0", 3, -1) == 1);  // all in one piece again
  CHECK(frontier(tracker, "step9.out0").empty());
}

/// Moves the input on, and returns the moves.
std::string advance(Needed& tracker, std::uint64_t from, std::uint64_t to) {
  update(tracker, "input.out0", to, +1);
  update(tracker, "input.out0", from, -1);
  return moves(tracker);
}

TEST_CASE("pointstamps cost nothing until the frontier passes them", "[tracker][segment][sleep]") {
  constexpr int steps = 100;
  Needed tracker = segment(steps);
  update(tracker, "input.out0", 0, +1);
  moves(tracker);
  for (int i = 0; i != steps; ++i) update(tracker, "step" + std::to_string(i) + ".out0", 50, +1);
  const std::uint64_t before = tracker.visits();
  for (std::uint64_t epoch = 0; epoch != 50; ++epoch)
    CHECK(advance(tracker, epoch, epoch + 1) ==
          "input.out0 {" + std::to_string(epoch) + "} {" + std::to_string(epoch + 1) + "}; ");
  CHECK(tracker.visits() == before + 50);
  CHECK(advance(tracker, 50, 51) == "input.out0 {50} {51}; ");
  CHECK(tracker.visits() == before + 52);  // the first holds back all behind it
  CHECK(frontier(tracker, "step0.in0") == Frontier{51});
  CHECK(frontier(tracker, "step0.out0") == Frontier{50});
  CHECK(frontier(tracker, "step99.out0") == Frontier{50});
}

TEST_CASE("of pointstamps that sleep on a segment each wakes when the frontier passes it",
          "[tracker][segment][sleep]") {
  Needed tracker = segment_at(0);
  update(tracker, "step2.out0", 5, +1);
  update(tracker, "step4.out0", 3, +1);
  update(tracker, "step6.in0", 9, +1);
  CHECK(moves(tracker).empty());
  CHECK(advance(tracker, 0, 4) == "input.out0 {0} {4}; step4.out0 {0} {3}; ");
  CHECK(frontier(tracker, "step4.in0") == Frontier{4});
  CHECK(frontier(tracker, "step9.out0") == Frontier{3});
  CHECK(advance(tracker, 4, 10) == "input.out0 {4} {10}; step2.out0 {4} {5}; ");
  CHECK(frontier(tracker, "step2.in0") == Frontier{10});
  CHECK(frontier(tracker, "step4.in0") == Frontier{5});
  update(tracker, "step4.out0", 3, -1);
  CHECK(moves(tracker) == "step4.out0 {3} {5}; ");
  update(tracker, "step2.out0", 5, -1);
  CHECK(moves(tracker) == "step2.out0 {5} {10}; step6.in0 {5} {9}; ");
  CHECK(frontier(tracker, "step5.out0") == Frontier{10});
  CHECK(frontier(tracker, "step9.out0") == Frontier{9});
}

TEST_CASE("a pointstamp that was put to sleep again wakes again", "[tracker][segment][sleep]") {
  Needed tracker = segment(10);
  update(tracker, "input.out0", 0, +1);
  update(tracker, "step5.out0", 2, +1);
  moves(tracker);
  CHECK(advance(tracker, 0, 3) == "input.out0 {0} {3}; step5.out0 {0} {2}; ");
  update(tracker, "step5.out0", 7, +1);
  update(tracker, "step5.out0", 2, -1);
  CHECK(moves(tracker) == "step5.out0 {2} {3}; ");
  CHECK(advance(tracker, 3, 7) == "input.out0 {3} {7}; ");
  CHECK(advance(tracker, 7, 8) == "input.out0 {7} {8}; ");
  CHECK(frontier(tracker, "step5.in0") == Frontier{8});
  CHECK(frontier(tracker, "step5.out0") == Frontier{7});
}

TEST_CASE("a reader that waits for its capabilities is told when one is due, and not before",
          "[tracker][segment][sleep]") {
  for (const bool output_is_read : {false, true}) {
    INFO("the output " << (output_is_read ? "has a reader, too" : "has no reader"));
    Needed tracker = segment_at(0);
    tracker.set_interest(at(tracker, "step5.in0"), Interest::when_due);
    if (output_is_read) tracker.set_interest(at(tracker, "step5.out0"), Interest::always);
    const auto output = [&](const std::string& move) {
      return output_is_read ? "step5.out0 " + move + "; " : "";
    };
    CHECK(advance(tracker, 0, 1) == "input.out0 {0} {1}; " + output("{0} {1}"));
    const std::uint64_t before = tracker.visits();
    update(tracker, "step5.out0", 3, +1);
    CHECK(moves(tracker).empty());
    CHECK(advance(tracker, 1, 3) == "input.out0 {1} {3}; " + output("{1} {3}"));
    CHECK(tracker.visits() == before + (output_is_read ? 4 : 1));
    CHECK(advance(tracker, 3, 4) == "input.out0 {3} {4}; step5.in0 {3} {4}; ");
    CHECK(advance(tracker, 4, 5) == "input.out0 {4} {5}; step5.in0 {4} {5}; ");
    update(tracker, "step5.out0", 9, +1);
    update(tracker, "step5.out0", 3, -1);
    CHECK(moves(tracker) == "step5.out0 {3} {5}; ");
    CHECK(advance(tracker, 5, 6) == "input.out0 {5} {6}; " + output("{5} {6}"));
    update(tracker, "input.out0", 6, -1);
    CHECK(moves(tracker) == "input.out0 {6} {}; step5.in0 {6} {}; step5.out0 {6} {9}; ");
  }
}

TEST_CASE("a reader that waits for its capabilities is told though their output gets a reader, too",
          "[tracker][segment][sleep]") {
  Needed tracker = segment(10);
  update(tracker, "input.out0", 0, +1);
  tracker.set_interest(at(tracker, "step5.in0"), Interest::when_due);
  moves(tracker);
  update(tracker, "step5.out0", 3, +1);
  tracker.set_interest(at(tracker, "step5.out0"), Interest::always);
  CHECK(advance(tracker, 0, 4) == "input.out0 {0} {4}; step5.in0 {0} {4}; step5.out0 {0} {3}; ");
  tracker.set_interest(at(tracker, "step5.out0"), Interest::never);
  CHECK(advance(tracker, 4, 5) == "input.out0 {4} {5}; step5.in0 {4} {5}; ");
}

TEST_CASE(
    "a reader that waits for its capabilities and then wants to be told always is told always",
    "[tracker][segment][sleep]") {
  Needed tracker = segment_at(0);
  for (const Interest told : {Interest::when_due, Interest::always, Interest::when_due})
    tracker.set_interest(at(tracker, "step5.in0"), told);
  CHECK(advance(tracker, 0, 1) == "input.out0 {0} {1}; step5.in0 {0} {1}; ");
}

TEST_CASE("a batch that waits at the input of a reader that waits for its capabilities holds it up",
          "[tracker][segment][sleep]") {
  Needed tracker = segment(10);
  tracker.set_interest(at(tracker, "step5.in0"), Interest::when_due);
  update(tracker, "input.out0", 0, +1);
  moves(tracker);
  update(tracker, "step5.out0", 2, +1);
  update(tracker, "step5.in0", 1, +1);
  CHECK(advance(tracker, 0, 5) == "input.out0 {0} {5}; ");
  CHECK(frontier(tracker, "step5.in0") == Frontier{1});
  update(tracker, "step5.in0", 1, -1);
  CHECK(moves(tracker) == "step5.in0 {1} {5}; step5.out0 {1} {2}; ");
}

TEST_CASE("a count that comes and goes before the propagation moves nothing",
          "[tracker][segment]") {
  Needed tracker = segment_at(3);
  update(tracker, "step5.in0", 1, +1);
  update(tracker, "step5.in0", 1, -1);
  CHECK(moves(tracker).empty());
  CHECK(change(tracker, "input.out0", 3, -1) == 1);
}

TEST_CASE("a copy of a tracker has the same readers", "[tracker][segment]") {
  Needed tracker = segment(10);
  tracker.set_interest(at(tracker, "step5.in0"), Interest::always);
  Needed copy = tracker;
  update(copy, "input.out0", 3, +1);
  CHECK(moves(copy) == "input.out0 {} {3}; step5.in0 {} {3}; ");
  CHECK(frontier(tracker, "step5.in0").empty());
}

}  // namespace
}  // namespace tidemark::tracker_segment_test
