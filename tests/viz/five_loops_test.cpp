// SPDX-License-Identifier: MIT
//
// The five graphs by which one tells whether an engine has understood loops, each built as a user
// would build it, judged, and drawn into progress/pictures.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/viz/dot.hpp>

#include <tests/support.hpp>
#include <tests/viz/committed_picture.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::five_loops_test {
namespace {

using tests::check_picture;
using tests::Element;
using Number = std::uint64_t;
using Once = Nested<Epoch, 1>;
using Twice = Nested<Epoch, 2>;
using Names = std::multiset<std::string>;

/// A dataflow and what its engine thinks of it.
struct Verdict {
  FlowGraph graph;
  std::vector<LocationId> cycle;  ///< of one that was refused
  std::string refusal;            ///< why; empty: it was legal
};

/// Builds a dataflow that begins with `numbers`.
template <typename Time, typename Build>
Verdict judge(const std::string& name, Build build) {
  Verdict verdict;
  try {
    execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      auto input = worker.dataflow<Time>(name, [&](auto& scope) {
        auto [handle, numbers] = new_input<Number>(scope, "numbers");
        build(scope, numbers);
        return std::move(handle);
      });
      verdict.graph = worker.process().dataflows().front()->graph();
    });
  } catch (const LoopError& error) {
    verdict = {error.graph(), error.cycle(), error.what()};
  }
  return verdict;
}

auto results() {
  return inspect("results", [](Number) {});
}

/// `left.merge`: the labels of all steps in a graph, each behind the name of its loop.
Names steps_of(const FlowGraph& graph) {
  Names names;
  for (const FlowNode& node : graph.nodes)
    names.insert((node.scope == 0 ? "" : graph.scopes[node.scope].name + ".") + node.label());
  return names;
}

/// The ids of all elements of a picture that are highlighted as illegal.
void list_illegal(const Element& element, std::set<std::string>& ids) {
  if (element.attribute("class").find("illegal") != std::string::npos)
    ids.insert(element.attribute("id"));
  for (const Element& child : element.children) list_illegal(child, ids);
}
std::set<std::string> illegal_in(const Element& root) {
  std::set<std::string> ids;
  list_illegal(root, ids);
  return ids;
}

/// What is to be highlighted of a cycle: its operators, their ports and the streams between them.
std::set<std::string> ids_of(const FlowGraph& graph, const std::vector<LocationId>& cycle) {
  struct Place {
    std::uint32_t node = 0;
    bool input = false;
    std::uint32_t port = 0;
  };
  const auto place_of = [&](LocationId location) {
    for (std::uint32_t n = 0; n != graph.nodes.size(); ++n) {
      const FlowNode& node = graph.nodes[n];
      const std::uint32_t port = location.value - node.first_location.value;
      if (!node.op || location < node.first_location || port >= node.inputs + node.outputs)
        continue;
      return port < node.inputs ? Place{n, true, port} : Place{n, false, port - node.inputs};
    }
    FAIL("no step has location " << location.value);
    return Place{};
  };
  std::set<std::string> ids;
  for (const LocationId location : cycle) {
    const Place place = place_of(location);
    const std::string op = "op_" + std::to_string(graph.nodes[place.node].op->value);
    ids.insert(op);
    ids.insert(op + (place.input ? "_i" : "_o") + std::to_string(place.port));
  }
  return ids;
}

/// The legal ones are drawn as their user wrote them.
void check_legal(const std::string& file, const Verdict& verdict) {
  CHECK(verdict.refusal == "");
  const Element picture = check_picture(file, to_dot(verdict.graph, View::logical));
  CHECK(illegal_in(picture).empty());
}

/// The others as the physical graph in which the cycle is.
void check_refused(const std::string& file, const Verdict& verdict) {
  REQUIRE_FALSE(verdict.cycle.empty());
  const Element picture = check_picture(file, to_dot(verdict.graph, verdict.cycle));
  const std::set<std::string> highlighted = illegal_in(picture);
  const std::set<std::string> cycle = ids_of(verdict.graph, verdict.cycle);
  CHECK(std::ranges::includes(highlighted, cycle));
  // And no operator or port besides.
  for (const std::string& id : highlighted) CHECK((cycle.contains(id) || !id.starts_with("op_")));
}

TEST_CASE("graph 1: one loop is legal", "[loops][pictures]") {
  const Verdict verdict = judge<Once>("one loop", [](auto&, auto numbers) {
    iterate(
        numbers,
        [](auto n) {
          return n | filter("not 1", [](Number x) { return x != 1; }) |
                 map("collatz", [](Number x) { return x % 2 == 0 ? x / 2 : 3 * x + 1; }) |
                 exchange("by value", [](Number x) { return x; });
        },
        "until 1") |
        results();
  });
  CHECK(steps_of(verdict.graph) == Names{"numbers", "until 1.enter", "until 1.merge",
                                         "until 1.not 1", "until 1.collatz", "until 1.by value",
                                         "until 1.feedback", "leave", "results"});
  check_legal("one-loop", verdict);
}

TEST_CASE("graph 2: a value that leaves a loop, goes round the outer one and enters again is legal",
          "[loops][pictures]") {
  const Verdict verdict = judge<Twice>("a value that enters again", [](auto&, auto numbers) {
    iterate(
        numbers,
        [](auto outer) {
          return iterate(
                     outer,
                     [](auto inner) {
                       return inner | filter("not a 5th", [](Number x) { return x % 5 != 0; }) |
                              map("minus 1", [](Number x) { return x - 1; });
                     },
                     "inner") |
                 filter("a 5th", [](Number x) { return x % 5 == 0; });
        },
        "outer") |
        results();
  });
  CHECK(steps_of(verdict.graph) == Names{"numbers", "outer.enter", "outer.merge", "outer.feedback",
                                         "inner.enter", "inner.merge", "inner.not a 5th",
                                         "inner.minus 1", "inner.feedback", "outer.leave",
                                         "outer.a 5th", "leave", "results"});
  check_legal("re-entry", verdict);
}

/// Two loops in `outer`, each of which takes what leaves the other. What leaves the right one gets
/// back to the left one through `back`.
template <typename Back>
auto siblings(Back back) {
  return [back](auto& scope, auto numbers) {
    auto& outer = scope.add_loop("outer");
    auto& left = outer.add_loop("left");
    auto& right = outer.add_loop("right");
    using Time = Nested<Epoch, 1, 2>;
    OperatorBuilder<Time> gather(outer, "gather");  // what enters, and what comes back
    auto& first = gather.input(numbers | enter(outer), Pipeline{});
    const OpenInput<Time, Number> second = gather.template open_input<Number>();
    auto [out, gathered] = gather.template output<Number>();
    gather.build([&first, &other = second.port(), &out = out] {
      for (auto* in : {&first, &other})
        in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
    const auto round = [](auto& loop, auto stream) {
      auto [again, comes_round] = feedback<Number>(loop);
      auto next = merge(stream | enter(loop), comes_round);
      again.connect(next);
      return next | leave();
    };
    auto left_right = round(right, round(left, gathered));
    second.connect(back(outer, left_right), Pipeline{});
    left_right | leave() | results();
  };
}

const Names sibling_steps{"numbers",     "outer.enter",    "outer.gather", "left.enter",
                          "left.merge",  "left.feedback",  "outer.leave",  "right.enter",
                          "right.merge", "right.feedback", "outer.leave",  "leave",
                          "results"};

TEST_CASE("graph 3: siblings that feed each other without an outer feedback are refused",
          "[loops][pictures][errors]") {
  const Verdict verdict = judge<Twice>("siblings without an outer feedback",
                                       siblings([](auto&, auto right_left) { return right_left; }));
  CHECK_THAT(verdict.refusal,
             Catch::Contains("the cycle") && Catch::Contains("gather.in1 -> gather.out0") &&
                 Catch::Contains("merge.out0 -> leave.in0 -> leave.out0") &&
                 Catch::Contains("put a feedback on it that stands outside that loop"));
  CHECK(steps_of(verdict.graph) == sibling_steps);
  check_refused("siblings-refused", verdict);
}

TEST_CASE("graph 4: siblings that feed each other through an outer feedback are legal",
          "[loops][pictures]") {
  const Verdict verdict =
      judge<Twice>("siblings with an outer feedback", siblings([](auto& outer, auto right_left) {
                     auto [back, again] = feedback<Number>(outer);
                     back.connect(right_left);
                     return again;
                   }));
  Names steps = sibling_steps;
  steps.insert("outer.feedback");
  CHECK(steps_of(verdict.graph) == steps);
  check_legal("siblings-legal", verdict);
}

TEST_CASE("graph 5: a feedback that its own loop resets is refused", "[loops][pictures][errors]") {
  const Verdict verdict =
      judge<Once>("a feedback that its own loop resets", [](auto& scope, auto numbers) {
        OperatorBuilder<Nested<Epoch, 0, 1>> gather(scope, "gather");
        auto& first = gather.input(numbers, Pipeline{});
        const auto second = gather.template open_input<Number>();
        auto [out, gathered] = gather.template output<Number>();
        gather.build([&first, &other = second.port(), &out = out] {
          for (auto* in : {&first, &other})
            in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
        });
        auto& loop = scope.add_loop("loop");
        auto [back, again] = feedback<Number>(loop);
        auto next = merge(gathered | enter(loop), again);
        back.connect(next);
        second.connect(again | leave(), Pipeline{});
      });
  CHECK_THAT(verdict.refusal, Catch::Contains("the cycle") &&
                                  Catch::Contains("feedback.in0 -> feedback.out0 -> leave.in0") &&
                                  Catch::Contains("gather.in1") &&
                                  Catch::Contains("does not advance the timestamp"));
  CHECK(steps_of(verdict.graph) ==
        Names{"numbers", "gather", "loop.enter", "loop.merge", "loop.feedback", "leave"});
  check_refused("own-reset-refused", verdict);
}

}  // namespace
}  // namespace tidemark::five_loops_test
