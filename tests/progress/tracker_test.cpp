// SPDX-License-Identifier: MIT
//
// Tracker: small graphs worked out by hand, and which locations are visited for it.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/tracker.hpp>

#include <tests/progress/graph.hpp>
#include <tests/progress/hour.hpp>
#include <tests/support.hpp>

namespace tidemark::tracker_test {
namespace {

using example::Hour;
using Pair = Product<Epoch, Epoch>;

using tests::at;
using tests::chain;
using tests::change;
using tests::frontier;
using tests::Graph;
using tests::loop;

/// input -> split -> left (+1), right (+3) -> join
Tracker<Epoch> diamond() {
  Graph<Epoch> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId split = graph.add("split", 1, 1);
  const OperatorId left = graph.add("left", 1, 1, {1});
  const OperatorId right = graph.add("right", 1, 1, {3});
  const OperatorId join = graph.add("join", 2, 1);
  graph.connect(input, split);
  graph.connect(split, left);
  graph.connect(split, right);
  graph.connect(left, join, 0);
  graph.connect(right, join, 1);
  return std::move(graph).track();
}

TEST_CASE("without pointstamps every frontier is empty", "[tracker]") {
  Tracker<Epoch> tracker = diamond();
  tracker.propagate([](auto&&...) { FAIL("nothing has moved"); });
  CHECK(tracker.empty());
  CHECK(frontier(tracker, "join.in0").empty());
}

TEST_CASE("a pointstamp is the frontier of its own location and of those behind it",
          "[tracker][chain]") {
  Tracker<Epoch> tracker = chain<Epoch>(3).track();
  change<Epoch>(tracker, "step0.out0", 4, +1);
  CHECK(frontier(tracker, "input.out0").empty());
  CHECK(frontier(tracker, "step0.in0").empty());
  CHECK(frontier(tracker, "step0.out0") == Antichain<Epoch>{4});
  CHECK(frontier(tracker, "step2.out0") == Antichain<Epoch>{4});
}

TEST_CASE("frontiers are as before until the next propagation", "[tracker][chain]") {
  Tracker<Epoch> tracker = chain<Epoch>(1).track();
  tracker.update({at(tracker, "input.out0"), 4}, +1);
  CHECK(frontier(tracker, "input.out0").empty());
  CHECK(tracker.counts(at(tracker, "input.out0")).count(4) == 1);
  CHECK_FALSE(tracker.empty());
  tracker.propagate([](auto&&...) {});
  CHECK(frontier(tracker, "input.out0") == Antichain<Epoch>{4});
}

TEST_CASE("along a chain the summaries add up and each location is visited once",
          "[tracker][chain]") {
  Tracker<Epoch> tracker = chain<Epoch>(100, {1}).track();
  CHECK(change<Epoch>(tracker, "input.out0", 5, +1) == 201);
  CHECK(frontier(tracker, "step9.in0") == Antichain<Epoch>{14});
  CHECK(frontier(tracker, "step99.out0") == Antichain<Epoch>{105});
  CHECK(change<Epoch>(tracker, "input.out0", 5, -1) == 201);
  CHECK(frontier(tracker, "step99.out0").empty());
}

TEST_CASE("a change that moves no frontier visits no location", "[tracker][visits]") {
  Tracker<Epoch> tracker = chain<Epoch>(100).track();
  change<Epoch>(tracker, "input.out0", 5, +1);
  CHECK(change<Epoch>(tracker, "input.out0", 5, +1) == 0);
  CHECK(change<Epoch>(tracker, "input.out0", 7, +1) == 0);
  CHECK(change<Epoch>(tracker, "input.out0", 5, -1) == 0);
}

TEST_CASE("propagation stops where the frontier is held by something else", "[tracker][visits]") {
  Tracker<Epoch> tracker = chain<Epoch>(100).track();
  change<Epoch>(tracker, "input.out0", 5, +1);
  change<Epoch>(tracker, "step49.out0", 2, +1);
  CHECK(change<Epoch>(tracker, "input.out0", 5, -1) == 101);  // step49.out0 is the last
  CHECK(frontier(tracker, "step49.in0").empty());
  CHECK(frontier(tracker, "step99.out0") == Antichain<Epoch>{2});
}

TEST_CASE("idle parts of a graph are not visited", "[tracker][visits]") {
  Graph<Epoch> graph;
  for (const std::string name : {"busy", "idle"}) {
    OperatorId last = graph.add(name, 0, 1);
    for (int i = 0; i != 50; ++i) {
      const OperatorId next = graph.add(name + std::to_string(i), 1, 1);
      graph.connect(last, next);
      last = next;
    }
  }
  Tracker<Epoch> tracker = std::move(graph).track();
  CHECK(change<Epoch>(tracker, "busy.out0", 0, +1) == 101);
  CHECK(change<Epoch>(tracker, "busy40.out0", 0, +1) == 1);
  CHECK(frontier(tracker, "idle0.in0").empty());
}

TEST_CASE("the earlier of two ways decides and every location is visited once",
          "[tracker][diamond]") {
  Tracker<Epoch> tracker = diamond();
  CHECK(change<Epoch>(tracker, "input.out0", 0, +1) == 10);
  CHECK(frontier(tracker, "join.in0") == Antichain<Epoch>{1});
  CHECK(frontier(tracker, "join.in1") == Antichain<Epoch>{3});
  CHECK(frontier(tracker, "join.out0") == Antichain<Epoch>{1});

  change<Epoch>(tracker, "right.in0", 0, +1);
  change<Epoch>(tracker, "input.out0", 0, -1);
  CHECK(frontier(tracker, "join.in0").empty());
  CHECK(frontier(tracker, "join.out0") == Antichain<Epoch>{3});
}

TEST_CASE("several changes share one propagation", "[tracker][diamond]") {
  Tracker<Epoch> tracker = diamond();
  tracker.update({at(tracker, "left.in0"), 0}, +1);
  tracker.update({at(tracker, "right.in0"), 0}, +1);
  tracker.propagate([](auto&&...) {});
  CHECK(tracker.visits() == 7);
  CHECK(frontier(tracker, "join.out0") == Antichain<Epoch>{1});
}

TEST_CASE("each move of a frontier is reported once with the frontier before and after",
          "[tracker]") {
  Tracker<Epoch> tracker = chain<Epoch>(1, {1}).track();
  change<Epoch>(tracker, "input.out0", 3, +1);
  tracker.update({at(tracker, "input.out0"), 5}, +1);
  tracker.update({at(tracker, "input.out0"), 3}, -1);
  std::ostringstream moves;
  tracker.propagate([&](LocationId location, const auto& before, const auto& after) {
    moves << tracker.topology().describe(location) << ' ' << before << ' ' << after << "; ";
  });
  CHECK(moves.str() == "input.out0 {3} {5}; step0.in0 {3} {5}; step0.out0 {4} {6}; ");
}

TEST_CASE("a loop carries a timestamp round and the frontier stays at its first visit",
          "[tracker][loop]") {
  Tracker<Epoch> tracker = loop<Epoch>({1}).track();
  change<Epoch>(tracker, "input.out0", 3, +1);
  CHECK(frontier(tracker, "body.in0") == Antichain<Epoch>{3});
  CHECK(frontier(tracker, "body.out0") == Antichain<Epoch>{3});
  CHECK(frontier(tracker, "feedback.in0") == Antichain<Epoch>{3});
  CHECK(frontier(tracker, "body.in1") == Antichain<Epoch>{4});
  CHECK(frontier(tracker, "output.in0") == Antichain<Epoch>{3});
}

TEST_CASE("a loop forgets what has left it and does not hold itself up", "[tracker][loop]") {
  Tracker<Epoch> tracker = loop<Epoch>({1}).track();
  change<Epoch>(tracker, "input.out0", 3, +1);
  change<Epoch>(tracker, "body.in1", 7, +1);
  change<Epoch>(tracker, "input.out0", 3, -1);
  CHECK(frontier(tracker, "body.out0") == Antichain<Epoch>{7});
  CHECK(frontier(tracker, "body.in0").empty());
  change<Epoch>(tracker, "body.in1", 7, -1);
  for (std::uint32_t l = 0; l != tracker.topology().locations(); ++l)
    CHECK(tracker.frontier({l}).empty());
}

TEST_CASE("a search of a loop looks at each timestamp of each location once or finds it dominated",
          "[tracker][loop][visits]") {
  Tracker<Epoch> tracker = loop<Epoch>({1}).track();
  // input.out0 and body.in0; body.out0, feedback.in0, feedback.out0, body.in1, and body.out0 again,
  // one round later and therefore dominated; output.in0.
  CHECK(change<Epoch>(tracker, "input.out0", 3, +1) == 2 + 5 + 1);
}

TEST_CASE("a loop that advances epochs goes as worked out by hand", "[tracker][loop]") {
  Tracker<Epoch> tracker = loop<Epoch>({1}).track();
  const std::vector<std::string> by_position = {"input.out0", "body.in0",  "feedback.out0",
                                                "body.in1",   "body.out0", "feedback.in0",
                                                "output.in0"};
  for (std::uint32_t p = 0; p != by_position.size(); ++p)
    CHECK(tracker.topology().shape().position_of(at(tracker, by_position[p]).value) == p);
  const auto frontiers = [&] {
    std::ostringstream text;
    for (const std::string& name : by_position) text << frontier(tracker, name) << ' ';
    return text.str();
  };

  tracker.update({at(tracker, "body.in1"), 7}, +1);
  CHECK(change<Epoch>(tracker, "input.out0", 3, +1) == 9);
  CHECK(frontiers() == "{3} {3} {4} {4} {3} {3} {3} ");
  CHECK(change<Epoch>(tracker, "input.out0", 3, -1) == 2 + 5 + 1);
  CHECK(frontiers() == "{} {} {8} {7} {7} {7} {7} ");
}

TEST_CASE("a timestamp that leaves the range in a loop ends there", "[tracker][loop]") {
  Tracker<Epoch> tracker = loop<Epoch>({1}).track();
  change<Epoch>(tracker, "input.out0", Epoch::maximum(), +1);
  CHECK(frontier(tracker, "feedback.in0") == Antichain<Epoch>{Epoch::maximum()});
  CHECK(frontier(tracker, "feedback.out0").empty());
}

TEST_CASE("in a partial order a frontier holds several incomparable timestamps", "[tracker]") {
  Tracker<Pair> tracker = loop<Pair>({{0}, {1}}).track();
  change<Pair>(tracker, "input.out0", {1, 0}, +1);
  change<Pair>(tracker, "body.in1", {0, 4}, +1);
  CHECK(frontier(tracker, "body.out0") == Antichain<Pair>{{0, 4}, {1, 0}});
  CHECK(frontier(tracker, "body.in1") == Antichain<Pair>{{0, 4}, {1, 1}});
  change<Pair>(tracker, "body.in1", {0, 4}, -1);
  CHECK(frontier(tracker, "body.out0") == Antichain<Pair>{{1, 0}});
  CHECK(frontier(tracker, "body.in1") == Antichain<Pair>{{1, 1}});
}

TEST_CASE("two loops that share a body advance both coordinates", "[tracker][loop]") {
  Graph<Pair> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add("body", 3, 1);
  const OperatorId first = graph.add("first", 1, 1, {{1}, {0}});
  const OperatorId second = graph.add("second", 1, 1, {{0}, {1}});
  graph.connect(input, body, 0);
  graph.connect(body, first);
  graph.connect(body, second);
  graph.connect(first, body, 1);
  graph.connect(second, body, 2);
  Tracker<Pair> tracker = std::move(graph).track();
  change<Pair>(tracker, "body.in2", {2, 2}, +1);
  CHECK(frontier(tracker, "body.in1") == Antichain<Pair>{{3, 2}});
  CHECK(frontier(tracker, "body.in2") == Antichain<Pair>{{2, 2}});
  change<Pair>(tracker, "body.in1", {2, 2}, +1);
  change<Pair>(tracker, "body.in2", {2, 2}, -1);
  CHECK(frontier(tracker, "body.in1") == Antichain<Pair>{{2, 2}});
  CHECK(frontier(tracker, "body.in2") == Antichain<Pair>{{2, 3}});
}

TEST_CASE("a tracker follows a timestamp from outside the library", "[tracker]") {
  Tracker<Hour> tracker = loop<Hour>({1, 9}).track();  // takes an hour, opens at nine
  change<Hour>(tracker, "input.out0", {3}, +1);
  CHECK(frontier(tracker, "body.in1") == Antichain<Hour>{{9}});
  CHECK(frontier(tracker, "body.out0") == Antichain<Hour>{{3}});
  change<Hour>(tracker, "input.out0", {20}, +1);
  change<Hour>(tracker, "input.out0", {3}, -1);
  CHECK(frontier(tracker, "body.in1") == Antichain<Hour>{{21}});
}

TEST_CASE("a negative count holds nothing back until it is made up for", "[tracker]") {
  Tracker<Epoch> tracker = chain<Epoch>(1).track();
  change<Epoch>(tracker, "step0.in0", 2, -1);
  CHECK(frontier(tracker, "step0.out0").empty());
  CHECK_FALSE(tracker.empty());
  change<Epoch>(tracker, "step0.in0", 2, +1);
  CHECK(frontier(tracker, "step0.out0").empty());
  CHECK(tracker.empty());
}

TEST_CASE("a copy of a tracker goes its own way", "[tracker]") {
  Tracker<Epoch> tracker = chain<Epoch>(1).track();
  change<Epoch>(tracker, "input.out0", 1, +1);
  Tracker<Epoch> copy = tracker;
  CHECK(copy == tracker);
  change<Epoch>(copy, "input.out0", 1, -1);
  CHECK_FALSE(copy == tracker);
  CHECK(frontier(tracker, "step0.out0") == Antichain<Epoch>{1});
  CHECK(frontier(copy, "step0.out0").empty());
}

}  // namespace
}  // namespace tidemark::tracker_test
