// SPDX-License-Identifier: MIT
//
// Dataflow: the blueprint, and the logical graph in which fused steps are marked.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::dataflow_test {
namespace {

using Numbers = Stream<Epoch, std::uint64_t>;

/// The first step of a blueprint; its kind is what a blueprint asks for.
FlowStream<std::uint64_t> source(Dataflow& flow, std::string id) {
  return flow.add_source([id](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "input", id);
    auto [out, stream] = op.output<std::uint64_t>();
    op.build([&out = out, worker = scope.worker().index(),
              capability = std::optional(op.initial_capability(0))]() mutable {
      if (!capability) return;
      for (std::uint64_t n = 0; n != 100; ++n) out.at(*capability).give(worker * 100 + n);
      capability.reset();
    });
    return stream;
  });
}

auto add(std::uint64_t n, std::string id = "") {
  return [n, id](const Numbers& stream) {
    return tests::map_numbers(
        stream, [n](std::uint64_t record) { return record + n; }, id);
  };
}

auto merge_two() {
  return [](const Numbers& left, const Numbers& right) {
    OperatorBuilder<Epoch> op(*left.scope, "merge");
    auto& one = op.input(left, Pipeline{});
    auto& two = op.input(right, Pipeline{});
    auto [out, merged] = op.output<std::uint64_t>();
    op.build([&one, &two, &out = out] {
      for (auto* in : {&one, &two})
        in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
    return merged;
  };
}

auto into(tests::Arrivals<std::uint64_t>& arrivals, std::string id) {
  return [&arrivals, id](const Numbers& stream) {
    OperatorBuilder<Epoch> op(*stream.scope, "output", id);
    auto& in = op.input(stream, tests::by_hash());
    auto [out, passed] = op.output<std::uint64_t>();
    op.build([&in, &out = out, &arrivals, worker = stream.scope->worker().index()] {
      in.for_each([&](auto& batch) {
        arrivals.add(batch, worker);
        out.at(batch).give_all(batch.records);
      });
    });
    return passed;
  };
}

TEST_CASE("streams of a blueprint may be used twice and merged", "[dataflow]") {
  tests::Arrivals<std::uint64_t> both;
  tests::Arrivals<std::uint64_t> raw;
  Dataflow flow("diamond");
  auto numbers = source(flow, "numbers");
  auto more = numbers | add(1000);
  auto less = numbers | add(5000) | add(1);
  flow.apply(merge_two(), more, less) | into(both, "both");
  numbers | into(raw, "raw");

  std::vector<std::pair<std::uint64_t, std::uint64_t>> expected_raw;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> expected_both;
  for (std::uint64_t n = 0; n != 300; ++n) {
    expected_raw.emplace_back(0, n);
    expected_both.emplace_back(0, n + 1000);
    expected_both.emplace_back(0, n + 5001);
  }
  std::ranges::sort(expected_both);
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    both.clear();
    raw.clear();
    cluster_main(flow, {.workers = 3, .threads = 2, .executor = kind});
    CHECK(raw.sorted() == expected_raw);
    CHECK(both.sorted() == expected_both);
  }
}

TEST_CASE("a blueprint can be described before it runs, and runs more than once", "[dataflow]") {
  tests::Arrivals<std::uint64_t> arrivals;
  Dataflow flow("twice");
  source(flow, "numbers") | add(1, "one") | into(arrivals, "out");
  const FlowGraph before = flow.describe();
  CHECK(arrivals.all().empty());
  run_main(flow);
  CHECK(arrivals.all().size() == 100);
  run_main(flow);
  CHECK(arrivals.all().size() == 200);
  const FlowGraph after = flow.describe();
  CHECK(before.name == "twice");
  REQUIRE(before.nodes.size() == 3);
  REQUIRE(after.nodes.size() == 3);
  for (std::size_t n = 0; n != 3; ++n) CHECK(before.nodes[n].label() == after.nodes[n].label());
}

TEST_CASE("the logical graph keeps fused steps, with the output that feeds them", "[dataflow]") {
  tests::Arrivals<std::uint64_t> arrivals;
  Dataflow flow("graph");
  auto numbers = source(flow, "numbers");
  auto left = numbers | add(1, "one") | add(2, "two");
  flow.apply(merge_two(), left, numbers) | add(3, "three") | into(arrivals, "out");
  const FlowGraph graph = flow.describe();

  const auto node = [&](const std::string& label) {
    const auto at = std::ranges::find(graph.nodes, label, &FlowNode::label);
    REQUIRE(at != graph.nodes.end());
    return *at;
  };
  REQUIRE(graph.nodes.size() == 6);
  const OperatorId input = *node("numbers").op;
  const OperatorId merge = *node("merge").op;
  for (const char* fused : {"one", "two"}) {
    CHECK_FALSE(node(fused).op);
    CHECK(node(fused).kind == "map");
    CHECK(node(fused).feeder == SourcePort{input, 0});
  }
  CHECK_FALSE(node("three").op);
  CHECK(node("three").feeder == SourcePort{merge, 0});
  CHECK(node("merge").inputs == 2);
  CHECK(node("out").inputs == 1);
  CHECK(node("out").outputs == 1);

  std::set<std::tuple<std::string, std::string, std::uint32_t, Contract>> edges;
  for (const FlowEdge& edge : graph.edges)
    edges.insert({graph.nodes[edge.from].label(), graph.nodes[edge.to].label(), edge.to_port,
                  edge.contract});
  CHECK(edges == decltype(edges){{"numbers", "one", 0, Contract::fused},
                                 {"one", "two", 0, Contract::fused},
                                 {"two", "merge", 0, Contract::pipeline},
                                 {"numbers", "merge", 1, Contract::pipeline},
                                 {"merge", "three", 0, Contract::fused},
                                 {"three", "out", 0, Contract::exchange}});
}

TEST_CASE("any number of fused steps adds no operator, and its pushes do not nest deep",
          "[dataflow][fused]") {
  constexpr int steps = 20'000;
  tests::Arrivals<std::uint64_t> arrivals;
  std::uintptr_t lowest = ~std::uintptr_t{0};  // frame of a step
  std::uintptr_t highest = 0;
  Dataflow flow("deep");
  auto stream = source(flow, "numbers");
  for (int i = 0; i != steps; ++i)
    stream = stream | [&](const Numbers& numbers) {
      return fuse<std::uint64_t>(
          numbers, "map", "", [&](const Epoch&, std::vector<std::uint64_t>& records, auto& out) {
            const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
            lowest = std::min(lowest, frame);
            highest = std::max(highest, frame);
            for (const std::uint64_t n : records) out.give(n + 1);
          });
    };
  stream | into(arrivals, "out");
  const FlowGraph graph = flow.describe();
  CHECK(std::ranges::count_if(graph.nodes,
                              [](const FlowNode& node) { return node.op.has_value(); }) == 2);
  run_main(flow);
  CHECK(highest - lowest < 1'000'000);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
  for (std::uint64_t n = 0; n != 100; ++n) expected.emplace_back(0, n + steps);
  CHECK(arrivals.sorted() == expected);
}

TEST_CASE("callables of a blueprint are copied for each worker", "[dataflow]") {
  tests::Arrivals<std::uint64_t> arrivals;
  Dataflow flow;
  source(flow, "numbers") | [](const Numbers& stream) {
    // Counts what it sees: with shared state, or one copy for all, workers would disturb it.
    return fuse_in_place(stream, "count", "",
                         [seen = std::uint64_t{0}](const Epoch&, auto& records) mutable {
                           for (std::uint64_t& n : records) n = ++seen;
                         });
  } | into(arrivals, "out");
  for (const ExecutorKind kind : tests::executors()) {
    arrivals.clear();
    cluster_main(flow, {.workers = 4, .threads = 2, .executor = kind});
    std::map<std::uint64_t, int> times;
    for (const auto& arrival : arrivals.all()) ++times[arrival.item];
    CHECK(times.size() == 100);
    for (const auto& [n, count] : times) CHECK(count == 4);
  }
}

}  // namespace
}  // namespace tidemark::dataflow_test
