// SPDX-License-Identifier: MIT
//
// Tracker: loops in loops worked out by hand, and the search that settles them.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/needed_sites.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/tracker.hpp>

#include <tests/progress/graph.hpp>
#include <tests/support.hpp>

namespace tidemark::tracker_loop_test {
namespace {

using Loop = Nested<Epoch, 1>;
using Loops = Nested<Epoch, 2>;
using Frontier = Antichain<Loops>;
using Step = Loops::Summary;
using tests::at;
using tests::change;
using tests::frontier;
using tests::Graph;

/// input -> round -> work -> leave -> done, with `again` around `work` (the inner loop) and `next`
/// from `leave` to `round` (the outer one): what leaves the inner loop may enter it again.
template <template <typename> typename Sites = AllSites>
Tracker<Loops, Sites> reentry() {
  Graph<Loops> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId round = graph.add_at(1, "round", 2, 1);
  const OperatorId work = graph.add_at(2, "work", 2, 1);
  const OperatorId again = graph.add_at(2, "again", 1, 1, Step::feedback(2, 1));
  const OperatorId leave = graph.leave(2, "leave");
  const OperatorId next = graph.add_at(1, "next", 1, 1, Step::feedback(1, 1));
  const OperatorId done = graph.leave(1, "done");
  graph.connect(input, round, 0);
  graph.connect(round, work, 0);
  graph.connect(work, again);
  graph.connect(again, work, 1);
  graph.connect(work, leave);
  graph.connect(leave, next);
  graph.connect(next, round, 1);
  graph.connect(leave, done);
  return std::move(graph).track<Sites>();
}

TEST_CASE("a value in an inner loop holds back the inner counter 0 of the next outer round",
          "[tracker][loop]") {
  Tracker<Loops> tracker = reentry();
  change<Loops>(tracker, "work.in1", {3, 1, 5}, +1);
  CHECK(frontier(tracker, "work.out0") == Frontier{{3, 1, 5}, {3, 2, 0}});
  CHECK(frontier(tracker, "again.out0") == Frontier{{3, 1, 6}, {3, 2, 1}});
  CHECK(frontier(tracker, "leave.out0") == Frontier{{3, 1, 0}});
  CHECK(frontier(tracker, "round.in1") == Frontier{{3, 2, 0}});
  CHECK(frontier(tracker, "round.in0").empty());
  CHECK(frontier(tracker, "work.in0") == Frontier{{3, 2, 0}});
  CHECK(frontier(tracker, "done.out0") == Frontier{{3, 0, 0}});
}

TEST_CASE("nested loops forget what has left them and do not hold themselves up",
          "[tracker][loop]") {
  Tracker<Loops> tracker = reentry();
  change<Loops>(tracker, "input.out0", {2, 0, 0}, +1);
  change<Loops>(tracker, "work.in1", {3, 1, 5}, +1);
  CHECK(frontier(tracker, "done.out0") == Frontier{{2, 0, 0}});
  change<Loops>(tracker, "input.out0", {2, 0, 0}, -1);
  CHECK(frontier(tracker, "done.out0") == Frontier{{3, 0, 0}});
  CHECK(frontier(tracker, "work.out0") == Frontier{{3, 1, 5}, {3, 2, 0}});
  change<Loops>(tracker, "work.in1", {3, 1, 5}, -1);
  for (std::uint32_t l = 0; l != tracker.topology().locations(); ++l)
    CHECK(tracker.frontier({l}).empty());
  CHECK(tracker.empty());
}

TEST_CASE(
    "a frontier in a loop may hold a late round of the first epoch and an early one of the "
    "next",
    "[tracker][loop]") {
  Tracker<Loops> tracker = reentry();
  change<Loops>(tracker, "work.out0", {0, 7, 7}, +1);
  change<Loops>(tracker, "input.out0", {1, 0, 0}, +1);
  CHECK(frontier(tracker, "work.in1") == Frontier{{0, 7, 8}, {0, 8, 1}, {1, 0, 1}});
  CHECK(frontier(tracker, "done.in0") == Frontier{{0, 7, 0}, {1, 0, 0}});
  CHECK(frontier(tracker, "done.out0") == Frontier{{0, 0, 0}});
}

TEST_CASE("the search of a loop settles each label for good, in the order of the keys",
          "[tracker][loop]") {
  // By the timestamps alone, what goes round from (3,1,9) would come after (3,2,0), which it
  // results in.
  Tracker<Loops> tracker = reentry();
  tracker.update({at(tracker, "work.in1"), {3, 1, 5}}, +1);
  tracker.update({at(tracker, "round.in1"), {3, 1, 0}}, +1);
  tracker.update({at(tracker, "input.out0"), {2, 0, 0}}, +1);
  std::vector<Pointstamp<Loops>> settled;
  tracker.propagate([](auto&&...) {},
                    [&](LocationId location, const Loops& time, bool is_settled) {
                      if (is_settled) settled.push_back({location, time});
                    });
  CHECK(settled.size() > 10);
  for (const auto& [location, time] : settled)
    CHECK(std::ranges::count(tracker.frontier(location), time) == 1);
}

TEST_CASE("the labels of a loop that advances epochs come in the order of their keys",
          "[tracker][loop]") {
  Tracker<Epoch> tracker = tests::loop<Epoch>({1}).track();
  tracker.update({at(tracker, "input.out0"), 3}, +1);
  tracker.update({at(tracker, "body.in1"), 7}, +1);
  const auto labels = [&] {
    std::ostringstream text;
    tracker.propagate([](auto&&...) {},
                      [&](LocationId location, const Epoch& time, bool settled) {
                        text << time << ' ' << tracker.topology().describe(location)
                             << (settled ? "; " : " dominated; ");
                      });
    return text.str();
  };
  CHECK(labels() ==
        "3 body.out0; 3 feedback.in0; 4 feedback.out0; 4 body.in1; 4 body.out0 dominated; "
        "7 body.in1 dominated; ");
  tracker.update({at(tracker, "input.out0"), 3}, -1);
  CHECK(labels() ==
        "7 body.in1; 7 body.out0; 7 feedback.in0; 8 feedback.out0; 8 body.in1 dominated; ");
}

TEST_CASE("two loops connected crosswise through an outer feedback hold each other back",
          "[tracker][loop]") {
  Graph<Loops> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId left = graph.add_at(2, "left", 2, 1);
  const OperatorId right = graph.add_at(2, "right", 2, 1);
  const OperatorId left_leave = graph.leave(2, "left-leave");
  const OperatorId right_leave = graph.leave(2, "right-leave");
  const OperatorId next = graph.add_at(1, "next", 1, 1, Step::feedback(1, 1));
  const OperatorId right_again = graph.add_at(2, "right-again", 1, 1, Step::feedback(2, 1));
  graph.connect(input, left, 0);
  graph.connect(left, left_leave);
  graph.connect(left_leave, right, 0);
  graph.connect(right, right_leave);
  graph.connect(right, right_again);
  graph.connect(right_again, right, 1);
  graph.connect(right_leave, next);
  graph.connect(next, left, 1);
  Tracker<Loops> tracker = std::move(graph).track();
  change<Loops>(tracker, "right.in1", {0, 2, 4}, +1);
  CHECK(frontier(tracker, "right.out0") == Frontier{{0, 2, 4}, {0, 3, 0}});
  CHECK(frontier(tracker, "left.out0") == Frontier{{0, 3, 0}});
  change<Loops>(tracker, "left.in0", {0, 1, 0}, +1);
  CHECK(frontier(tracker, "right.out0") == Frontier{{0, 1, 0}});
  CHECK(frontier(tracker, "left.in1") == Frontier{{0, 2, 0}});
  change<Loops>(tracker, "left.in0", {0, 1, 0}, -1);
  change<Loops>(tracker, "right.in1", {0, 2, 4}, -1);
  CHECK(frontier(tracker, "right.out0").empty());
}

TEST_CASE("a loop inside which nobody reads reports only where its frontiers branch or are held",
          "[tracker][loop][segment]") {
  Tracker<Loops> all = reentry();
  Tracker<Loops, NeededSites> needed = reentry<NeededSites>();
  const std::uint64_t visits_all = change<Loops>(all, "input.out0", {0, 0, 0}, +1);
  const std::uint64_t visits = change<Loops>(needed, "input.out0", {0, 0, 0}, +1);
  CHECK(visits < visits_all);
  for (std::uint32_t l = 0; l != all.topology().locations(); ++l)
    CHECK(all.frontier({l}) == needed.frontier({l}));
}

}  // namespace
}  // namespace tidemark::tracker_loop_test
