// SPDX-License-Identifier: MIT
//
// What looks like a mistake in a trace, and what does not.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/progress/graph.hpp>
#include <tests/support.hpp>

#include <memory>
#include <optional>
#include <string>
#include <traces/lint.hpp>
#include <vector>

namespace tidemark::lint_test {
namespace {

using Number = std::uint64_t;
using Numbers = Stream<Epoch, Number>;
using Kind = TraceEvent::Kind;
using Found = std::vector<std::string>;

/// "kind: where" of each finding.
Found found_in(const TraceFile& trace) {
  Found found;
  for (const Finding& each : lint(trace)) {
    found.push_back(each.kind + ": " + each.where);
    UNSCOPED_INFO(each.where << ": " << each.explanation);
    CHECK(each.from <= each.to);
    CHECK(each.to <= trace.events());
    CHECK(each.explanation.size() > 40);
  }
  return found;
}

/// A run of workers, each with this closure. What it throws is in the trace.
template <typename Closure>
TraceFile trace_of(std::uint32_t workers, Closure closure) {
  Trace trace;
  try {
    execute({.workers = workers, .executor = ExecutorKind::deterministic, .trace = &trace},
            closure);
  } catch (const std::exception&) {
  }
  return trace.read();
}

void run_rounds(Worker& worker, InputHandle<Epoch, Number>& input, Probe<Epoch>& probe) {
  for (Number round = 0; round != 40; ++round) {
    for (Number n = 0; n != 10; ++n) input.send(n);
    input.advance_to(round + 1);
    worker.step_while([&] { return probe.less_than(round); });
  }
}

TEST_CASE("in a run that does what it should nothing looks like a mistake", "[lint]") {
  CHECK(found_in(trace_of(2, [](Worker& worker) {
          auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
            auto [handle, stream] = new_input<Number>(scope);
            auto mapped = tests::map_numbers(stream, [](Number n) { return n + 1; });
            return std::pair(std::move(handle), tidemark::probe(mapped));
          });
          run_rounds(worker, input, probe);
          input.close();
          worker.step_while([&] { return !probe.done(); });
        })) == Found{});
}

/// What comes on either side.
Numbers either(const Numbers& one, const Numbers& other) {
  OperatorBuilder<Epoch> op(*one.scope, "either");
  auto& a = op.input(one, Pipeline{});
  auto& b = op.input(other, Pipeline{});
  auto [out, stream] = op.output<Number>();
  op.build([&a, &b, &out = out] {
    for (auto* in : {&a, &b})
      in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
  return stream;
}

TEST_CASE("an input that nobody advances is found", "[lint]") {
  const TraceFile trace = trace_of(1, [](Worker& worker) {
    auto [forgotten, input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [first, a] = new_input<Number>(scope, "forgotten");
      auto [second, b] = new_input<Number>(scope, "used");
      return std::tuple(std::move(first), std::move(second), tidemark::probe(either(a, b)));
    });
    for (Number round = 0; round != 40; ++round) {
      for (Number n = 0; n != 10; ++n) input.send(n);
      input.advance_to(round + 1);
      worker.step();
    }
    input.close();
    forgotten.close();
    worker.step_while([&] { return !probe.done(); });
  });
  CHECK(found_in(trace) == Found{"input not advanced: forgotten.out0"});
}

TEST_CASE("an input that only trickles is told once, with how often it stood and how long at most",
          "[lint]") {
  const TraceFile trace = trace_of(1, [](Worker& worker) {
    auto [slow, input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [first, a] = new_input<Number>(scope, "slow");
      auto [second, b] = new_input<Number>(scope, "used");
      return std::tuple(std::move(first), std::move(second), tidemark::probe(either(a, b)));
    });
    for (Number round = 0; round != 90; ++round) {
      if (round == 27 || round == 60) slow.advance_to(round);  // the second time is the longest
      for (Number n = 0; n != 10; ++n) input.send(n);
      input.advance_to(round + 1);
      worker.step();
    }
    input.close();
    slow.close();
    worker.step_while([&] { return !probe.done(); });
  });
  REQUIRE(found_in(trace) == Found{"input not advanced: slow.out0"});
  const std::vector<Finding> findings = lint(trace);
  const Finding& found = findings.front();
  CHECK(found.from < found.to);
  CHECK_THAT(found.explanation,
             Catch::StartsWith("it stood 3 times, longest (events " + std::to_string(found.from) +
                               " to " + std::to_string(found.to) + ") at 27 for "));
}

/// Passes on what comes by both of its outputs, and keeps a capability of the first batch at each.
Numbers keep_at_both(const Numbers& stream) {
  OperatorBuilder<Epoch> op(*stream.scope, "both");
  auto& in = op.input(stream, Pipeline{});
  auto [out, first] = op.output<Number>();
  auto [other, second] = op.output<Number>();
  op.set_interest(Interest::always);
  op.build([&in, &out = out, &other = other, kept = std::vector<Capability<Epoch>>()]() mutable {
    in.for_each([&](auto& batch) {
      if (kept.empty()) {
        kept.push_back(out.retain(batch));
        kept.push_back(other.retain(batch));
      }
      out.at(batch).give_all(batch.records);
    });
    if (in.frontier().empty()) kept.clear();
  });
  return either(first, second);
}

TEST_CASE("what is held at several outputs of a step is told once", "[lint]") {
  const TraceFile trace = trace_of(1, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      return std::pair(std::move(handle), tidemark::probe(keep_at_both(stream)));
    });
    for (Number round = 0; round != 40; ++round) {
      input.send(round);
      input.advance_to(round + 1);
      worker.step();
    }
    input.close();
    worker.step_while([&] { return !probe.done(); });
  });
  CHECK(found_in(trace) == Found{"capability without need: both.out0"});
  CHECK_THAT(lint(trace).front().explanation, Catch::Contains("(as at 1 more of its outputs)"));
}

/// Passes on what comes, and keeps a capability of the first batch; until its input ends, if
/// `lets_go`.
Numbers keep(const Numbers& stream, bool lets_go) {
  return unary<Number>(
      stream, Pipeline{}, "keep", "keeper",
      [lets_go, kept = std::optional<Capability<Epoch>>()](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          if (!kept) kept.emplace(out.retain(batch));
          out.at(batch).give_all(batch.records);
        });
        if (lets_go && in.frontier().empty()) kept.reset();
      },
      Interest::always);
}

TraceFile kept(bool lets_go) {
  return trace_of(1, [lets_go](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([lets_go](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      return std::pair(std::move(handle), tidemark::probe(keep(stream, lets_go)));
    });
    for (Number round = 0; round != 40; ++round) {
      input.send(round);
      input.advance_to(round + 1);
      worker.step();
    }
    input.close();
    worker.step_while([&] { return !probe.done(); });
  });
}

TEST_CASE("a capability that is held without need is found", "[lint]") {
  CHECK(found_in(kept(true)) == Found{"capability without need: keeper.out0"});
}

TEST_CASE("an operator that never lets go is found, with what it holds", "[lint]") {
  const TraceFile trace = kept(false);
  CHECK(trace.outcome() != "ended");
  CHECK(found_in(trace) == Found{"never lets go: keeper.out0"});
}

TEST_CASE("a key that is far hotter than others is found", "[lint]") {
  const auto run = [](auto pact) {
    return trace_of(2, [pact](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([pact](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        const auto pass = [](auto& in, auto& out) {
          in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
        };
        auto taken = unary<Number>(stream, pact, "take", "taker", pass);
        // It gets the same records at the same workers: that is told of the first one.
        auto next = unary<Number>(taken, Pipeline{}, "pass", "next", pass);
        return std::pair(std::move(handle), tidemark::probe(next));
      });
      for (Number round = 0; round != 100; ++round) {
        for (Number n = 0; n != 20; ++n) input.send(n);
        input.advance_to(round + 1);
        worker.step_while([&] { return probe.less_than(round); });
      }
      input.close();
      worker.step_while([&] { return !probe.done(); });
    });
  };
  CHECK(found_in(run(Exchange{[](Number) -> Number { return 0; }})) ==
        Found{"key far hotter than others: taker.in0"});
  CHECK(found_in(run(tests::by_value())) == Found{});
}

/// A trace that `record(trace, now)` fills, with a clock that it moves.
template <typename Record>
TraceFile written(const Record& record) {
  Trace trace;
  std::uint64_t now = 0;
  trace.begin({.workers = 3, .executor = "threads"}, [&] { return now; });
  const Topology<Epoch> topology = tests::chain<Epoch>(2).freeze();
  FlowGraph graph;
  trace.add(traced(graph, topology, 1, {}, "Epoch"));
  record(trace, now);
  trace.end("ended");
  return trace.read();
}

TEST_CASE("a queue that only grows is found, and one that is emptied is none", "[lint]") {
  const auto run = [](bool grows) {
    return written([grows](Trace& trace, std::uint64_t& now) {
      const Topology<Epoch> topology = tests::chain<Epoch>(2).freeze();
      std::uint32_t input = 0;
      while (!topology.is_target({input})) ++input;
      for (std::uint64_t n = 0; n != 1000; ++n) {
        now += 1000;
        const bool comes = grows || n % 2 == 0;
        TraceEvent event{.kind = Kind::batch};
        event.changes.push_back({input, coordinates(Epoch{0}), comes ? 1 : -1});
        trace.record(std::move(event));
      }
    });
  };
  const Found grown = found_in(run(true));
  REQUIRE(grown.size() == 1);
  CHECK_THAT(grown.front(), Catch::StartsWith("queue that only grows: "));
  CHECK(found_in(run(false)) == Found{});
}

TEST_CASE("a worker that others wait for is found", "[lint]") {
  const auto run = [](std::uint64_t slow) {
    return written([slow](Trace& trace, std::uint64_t& now) {
      for (std::uint64_t n = 0; n != 300; ++n) {
        const auto worker = static_cast<std::uint32_t>(n % 3);
        trace.record({.kind = Kind::start, .worker = worker});
        now += 10'000 * (worker == 1 ? slow : 1000);
        trace.record({.kind = Kind::stop, .worker = worker});
      }
    });
  };
  CHECK(found_in(run(9000)) == Found{"worker that others wait for: worker 1"});
  CHECK(found_in(run(1000)) == Found{});
}

}  // namespace
}  // namespace tidemark::lint_test
