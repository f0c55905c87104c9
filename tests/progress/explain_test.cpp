// SPDX-License-Identifier: MIT
//
// Explanations: causes and paths worked out by hand, and summaries of paths in random graphs.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/progress/graph.hpp>
#include <tests/progress/random_topology.hpp>
#include <tests/reference/naive_tracker.hpp>
#include <tests/support.hpp>

namespace tidemark::explain_test {
namespace {

using Pair = Product<Epoch, Epoch>;
using Loop = Nested<Epoch, 1>;
using Step = Loop::Summary;
using tests::at;
using tests::Graph;
using tests::Tape;

/// Each cause on a line: its count, then its path with the timestamp after each hop.
template <Timestamp T>
std::string explained(const Topology<T>& topology, const std::string& location, const T& time,
                      const std::vector<std::tuple<std::string, T, std::int64_t>>& counts) {
  std::vector<Counted<T>> counted;
  for (const auto& [name, at_time, count] : counts)
    counted.push_back({{at(topology, name), at_time}, count});
  std::ostringstream text;
  for (const Cause<T>& cause : explain<T>(topology, counted, at(topology, location), time)) {
    text << cause.count << ':';
    for (const Pointstamp<T>& hop : cause.path)
      text << ' ' << topology.describe(hop.location) << ' ' << hop.time;
    text << '\n';
  }
  return text.str();
}

TEST_CASE("a timestamp that is complete has no cause", "[explain]") {
  const Topology<Epoch> topology = tests::chain<Epoch>(2).freeze();
  CHECK(explained<Epoch>(topology, "step1.in0", 3, {}).empty());
  CHECK(explained<Epoch>(topology, "step1.in0", 3, {{"input.out0", 4, 1}}).empty());
  CHECK(explained<Epoch>(topology, "step1.in0", 3, {{"step1.out0", 0, 1}}).empty());
}

TEST_CASE("a cause is told with its count and the timestamp after each hop", "[explain]") {
  const Topology<Epoch> topology = tests::chain<Epoch>(2, {1}).freeze();
  CHECK(explained<Epoch>(topology, "step1.in0", 6, {{"input.out0", 4, 2}}) ==
        "2: input.out0 4 step0.in0 4 step0.out0 5 step1.in0 5\n");
}

TEST_CASE("a pointstamp at the location itself is its own explanation", "[explain]") {
  const Topology<Epoch> topology = tests::chain<Epoch>(1).freeze();
  CHECK(explained<Epoch>(topology, "step0.in0", 3, {{"step0.in0", 3, 1}}) == "1: step0.in0 3\n");
}

TEST_CASE("a negative count is no cause", "[explain]") {
  const Topology<Epoch> topology = tests::chain<Epoch>(1).freeze();
  CHECK(explained<Epoch>(topology, "step0.in0", 3, {{"step0.in0", 3, -1}}).empty());
}

TEST_CASE("causes are sorted by the lengths of their paths, then in sweep order", "[explain]") {
  Graph<Epoch> graph;
  const OperatorId far = graph.add("far", 0, 1);
  const OperatorId near = graph.add("near", 1, 1);
  const OperatorId other = graph.add("other", 0, 1);
  const OperatorId join = graph.add("join", 2, 0);
  graph.connect(far, near);
  graph.connect(near, join, 0);
  graph.connect(other, join, 0);
  graph.connect(other, join, 1);
  const Topology<Epoch> topology = std::move(graph).freeze();
  CHECK(explained<Epoch>(topology, "join.in0", 5,
                         {{"far.out0", 0, 1},
                          {"near.out0", 2, 1},
                          {"near.out0", 1, 1},
                          {"join.in0", 5, 1},
                          {"join.in1", 0, 1}}) ==
        "1: join.in0 5\n"
        "1: near.out0 1 join.in0 1\n"
        "1: near.out0 2 join.in0 2\n"
        "1: far.out0 0 near.in0 0 near.out0 0 join.in0 0\n");
}

TEST_CASE("an explanation goes round a loop as often as it has to", "[explain][loop]") {
  const Topology<Epoch> topology = tests::loop<Epoch>({1}).freeze();
  CHECK(explained<Epoch>(topology, "feedback.in0", 4, {{"body.in1", 4, 1}}) ==
        "1: body.in1 4 body.out0 4 feedback.in0 4\n");
  CHECK(explained<Epoch>(topology, "body.in1", 4, {{"body.in0", 3, 1}}) ==
        "1: body.in0 3 body.out0 3 feedback.in0 3 feedback.out0 4 body.in1 4\n");
}

TEST_CASE("of two paths the shortest that is early enough explains", "[explain]") {
  Graph<Epoch> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId slow = graph.add("slow", 1, 1, {5});
  const OperatorId first = graph.add("first", 1, 1);
  const OperatorId second = graph.add("second", 1, 1);
  const OperatorId join = graph.add("join", 1, 0);
  graph.connect(input, slow);
  graph.connect(input, first);
  graph.connect(first, second);
  graph.connect(slow, join);
  graph.connect(second, join);
  const Topology<Epoch> topology = std::move(graph).freeze();
  CHECK(explained<Epoch>(topology, "join.in0", 5, {{"input.out0", 0, 1}}) ==
        "1: input.out0 0 slow.in0 0 slow.out0 5 join.in0 5\n");
  CHECK(explained<Epoch>(topology, "join.in0", 4, {{"input.out0", 0, 1}}) ==
        "1: input.out0 0 first.in0 0 first.out0 0 second.in0 0 second.out0 0 join.in0 0\n");
}

TEST_CASE("a path out of a loop that resets the counter explains what is earlier than its cause",
          "[explain][loop]") {
  Graph<Loop> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add_at(1, "body", 2, 1);
  const OperatorId again = graph.add_at(1, "again", 1, 1, Step::feedback(1, 1));
  const OperatorId leave = graph.leave(1, "leave");
  const OperatorId output = graph.add("output", 1, 0);
  graph.connect(input, body, 0);
  graph.connect(body, again);
  graph.connect(again, body, 1);
  graph.connect(body, leave);
  graph.connect(leave, output);
  const Topology<Loop> topology = std::move(graph).freeze();
  CHECK(explained<Loop>(topology, "output.in0", {3, 0}, {{"body.in1", {3, 7}, 1}}) ==
        "1: body.in1 (3,7) body.out0 (3,7) leave.in0 (3,7) leave.out0 (3,0) output.in0 (3,0)\n");
  CHECK(explained<Loop>(topology, "body.in1", {3, 7}, {{"body.in1", {3, 8}, 1}}).empty());

  const PathsTo<Loop> to_output(topology, at(topology, "output.in0"));
  CHECK(to_output.summaries(at(topology, "body.in1")) == Antichain<Step>{Step::leave(1)});
  CHECK(to_output.summaries(at(topology, "output.in0")) == Antichain<Step>{{}});
  const PathsTo<Loop> to_body(topology, at(topology, "body.in1"));
  CHECK(to_body.summaries(at(topology, "input.out0")) == Antichain<Step>{Step::feedback(1, 1)});
  CHECK(to_body.summaries(at(topology, "output.in0")).empty());
}

TEST_CASE("a path on which the timestamp leaves the range before it is reset explains nothing",
          "[explain][loop]") {
  Graph<Loop> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add_at(1, "body", 1, 1);
  const OperatorId jump = graph.add_at(1, "jump", 1, 1, Step::feedback(1, 2));
  const OperatorId left = graph.leave(1, "left");
  const OperatorId one = graph.add_at(1, "one", 1, 1);
  const OperatorId two = graph.add_at(1, "two", 1, 1);
  graph.connect(input, body);
  graph.connect(body, jump);
  graph.connect(jump, left);
  graph.connect(body, one);
  graph.connect(one, two);
  graph.connect(two, left);
  const Topology<Loop> topology = std::move(graph).freeze();
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  CHECK(explained<Loop>(topology, "left.out0", {0, 0}, {{"jump.in0", {0, last - 1}, 1}}).empty());

  // The way through `jump` is shorter and does the same as a whole, but it is not open to this one.
  const auto path = [&](std::uint64_t counter) {
    return explained<Loop>(topology, "left.out0", {0, 0}, {{"body.out0", {0, counter}, 1}});
  };
  CHECK(path(0) ==
        "1: body.out0 (0,0) jump.in0 (0,0) jump.out0 (0,2) left.in0 (0,2) left.out0 (0,0)\n");
  CHECK_THAT(path(last), Catch::Matchers::Contains("one.in0") &&
                             Catch::Matchers::Contains("two.out0") &&
                             Catch::Matchers::EndsWith("left.out0 (0,0)\n"));
}

/// What the summaries of all paths make of a timestamp is what the oracle finds. The timestamps are
/// small: none leaves the range.
template <Timestamp T>
void check_summaries() {
  std::size_t several = 0;
  tests::check_property(150, [&] {
    Tape tape = tests::draw_tape("graph", 400);
    const Topology<T> topology = tests::TopologyDrawer<T>::draw(tape);
    for (std::uint32_t from = 0; from != topology.locations(); ++from) {
      T time = T::minimum();
      for (std::uint32_t k = topology.depth({from}) + 1; k-- != 0;)
        time = tests::Draw<T>::advancing(tape, k).results_in(time).value();
      tests::NaiveTracker<T> oracle(topology);
      oracle.update({{from}, time}, +1);
      oracle.propagate();
      for (std::uint32_t to = 0; to != topology.locations(); ++to) {
        const auto summaries = PathsTo<T>(topology, {to}).summaries({from});
        Antichain<T> results;
        for (const auto& summary : summaries)
          if (const auto result = summary.results_in(time)) results.insert(*result);
        RC_ASSERT(results == oracle.frontier({to}));
        several += summaries.size() > 1 ? 1 : 0;
      }
    }
  });
  if (!tests::replaying() && coordinates_of<T> > 1) CHECK(several > 100);
}

TEST_CASE("the summaries of all paths between two locations are those of the definition",
          "[explain][oracle]") {
  check_summaries<Epoch>();
  check_summaries<Pair>();
  check_summaries<Loop>();
  check_summaries<Nested<Epoch, 2>>();
  check_summaries<Nested<Pair, 1>>();
}

}  // namespace
}  // namespace tidemark::explain_test
