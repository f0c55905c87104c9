// SPDX-License-Identifier: MIT
//
// Connections: what a batch at an input results in at an output, and that every output is pushed.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::connections_test {
namespace {

using Numbers = Stream<Epoch, std::uint64_t>;
using Pair = Product<Epoch, Epoch>;
using Times = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Logs what arrives, with its timestamp.
void log_times(const Numbers& stream, Times& log) {
  fuse_in_place(stream, "log", "", [&log](Epoch time, auto& records) {
    for (const std::uint64_t record : records) log.emplace_back(time.value, record);
  });
}

TEST_CASE("each of an operator's outputs is pushed when its logic returns", "[connections]") {
  Times log;
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "split");
    auto& in = op.input(tests::rounds(scope, 1, tests::numbers(4)), Pipeline{});
    std::vector<OutputPort<Epoch, std::uint64_t>*> outputs;
    for (int i = 0; i != 4; ++i) {
      auto [out, stream] = op.output<std::uint64_t>();
      outputs.push_back(&out);
      log_times(stream, log);
    }
    op.build([&in, outputs] {
      in.for_each([&](auto& batch) {
        for (const std::uint64_t n : batch) outputs[n]->at(batch).give(n);
      });
    });
  });
  std::ranges::sort(log);
  CHECK(log == Times{{0, 0}, {0, 1}, {0, 2}, {0, 3}});
}

TEST_CASE("of many inputs each batch results in what its own connection says", "[connections]") {
  constexpr std::uint32_t inputs = 67;  // more than a word has bits
  Times log;
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "delay");
    std::vector<InputPort<Epoch, std::uint64_t>*> ports;
    std::vector<Connection<Epoch>> connections;
    for (std::uint32_t i = 0; i != inputs; ++i) {
      const auto itself = [i](auto, auto) { return std::vector{std::uint64_t{i}}; };
      ports.push_back(&op.input(tests::rounds(scope, 1, itself), Pipeline{}));
      connections.push_back({i, 0, {i % 3 == 0 ? 0 : i}});
    }
    op.connect(connections);
    auto [out, stream] = op.output<std::uint64_t>();
    log_times(stream, log);
    op.build([&out = out, ports] {
      for (auto* in : ports)
        in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
  });
  Times expected;
  for (std::uint64_t i = 0; i != inputs; ++i) expected.emplace_back(i % 3 == 0 ? 0 : i, i);
  std::ranges::sort(expected);
  std::ranges::sort(log);
  CHECK(log == expected);
}

TEST_CASE("what affects each other at one timestamp may be a hundred thousand pairs of ports",
          "[connections]") {
  constexpr std::uint32_t ports = 100000;
  Times log;
  tests::run_to_end({.executor = ExecutorKind::deterministic, .check = true},
                    [&](Scope<Epoch>& scope) {
                      const Numbers numbers = tests::rounds(scope, 2, tests::numbers(1));
                      const auto passed = tests::pass_side_by_side(numbers, ports);
                      log_times(passed.front(), log);
                      log_times(passed[ports / 2], log);
                      log_times(passed.back(), log);
                    });
  std::ranges::sort(log);
  CHECK(log == Times{{0, 0}, {0, 0}, {0, 0}, {1, 64}, {1, 64}, {1, 64}});
}

TEST_CASE("of many inputs each affects every output, unless connections say otherwise",
          "[connections]") {
  constexpr std::uint32_t inputs = 67;  // more than a word has bits
  Times log;
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "cross");
    const Numbers numbers = tests::rounds(scope, 1, tests::numbers(1));
    std::vector<InputPort<Epoch, std::uint64_t>*> ports;
    for (std::uint32_t i = 0; i != inputs; ++i) ports.push_back(&op.input(numbers, Pipeline{}));
    auto [first, stream] = op.output<std::uint64_t>();
    auto [second, later] = op.output<std::uint64_t>();
    log_times(stream, log);
    log_times(later, log);
    op.build([&first = first, &second = second, ports] {
      for (std::uint64_t i = 0; i != ports.size(); ++i)
        ports[i]->for_each([&](auto& batch) {
          first.at(batch).give(i);
          second.at(batch, 1).give(i);
        });
    });
  });
  Times expected;
  for (std::uint64_t i = 0; i != inputs; ++i) {
    expected.emplace_back(0, i);
    expected.emplace_back(1, i);
  }
  std::ranges::sort(expected);
  std::ranges::sort(log);
  CHECK(log == expected);
}

TEST_CASE("where several connections lead to an output a batch names no timestamp by itself",
          "[connections][errors]") {
  for (const bool same_first : {true, false})
    CHECK_THROWS_WITH(
        tests::run_to_end(
            {.executor = ExecutorKind::deterministic},
            [&](Scope<Epoch>& scope) {
              OperatorBuilder<Epoch> op(scope, "either");
              auto& in = op.input(tests::rounds(scope, 1, tests::numbers(1)), Pipeline{});
              auto& out = op.output<std::uint64_t>().first;
              op.connect({{0, 0, {same_first ? 0U : 1U}}, {0, 0, {same_first ? 1U : 0U}}});
              op.build([&in, &out] {
                in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
              });
            }),
        Catch::Contains("several connections to this output; name the timestamp"));
}

TEST_CASE("a pair of timestamps is none if a part of it stands for the end",
          "[connections][errors]") {
  constexpr std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  for (const Pair& time : {Pair{end, 1}, Pair{1, end}}) {
    execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      auto input =
          worker.dataflow<Pair>([](Scope<Pair>& scope) { return new_input<int>(scope).first; });
      CHECK_THROWS_WITH(input.advance_to(time), Catch::Contains("which is no timestamp"));
    });
  }
}

}  // namespace
}  // namespace tidemark::connections_test
