// SPDX-License-Identifier: MIT
//
// The usual ways to make an operator: notifications, sinks, and the interest in frontiers.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/ledger/publication.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::operator_test {
namespace {

using Number = std::uint64_t;
using AnyRecords = std::vector<std::pair<Number, Number>>;  // with their epochs

/// Counts what has come at each epoch, by one of two inputs, and complains of what comes late.
class Counts {
 public:
  explicit Counts(tests::Arrivals<Number>& complaints) : complaints_(&complaints) {}

  template <typename Batch>
  void add(const Batch& batch, Number each) {
    if (last_ && batch.time <= *last_) complaints_->complain("a batch came after its notification");
    counts_[batch.time] += each * batch.records.size();
    ++batches_[batch.time];
  }

  /// The count of an epoch of which there have been `requests`.
  Number take(Epoch time, Number requests) {
    if (last_ && time <= *last_) complaints_->complain("notifications came out of order");
    if (requests != batches_[time]) complaints_->complain("requests were miscounted");
    last_ = time;
    return counts_[time];
  }

 private:
  tests::Arrivals<Number>* complaints_;
  std::map<Epoch, Number> counts_, batches_;
  std::optional<Epoch> last_;
};

/// The sum of what came, by epoch.
std::map<Number, Number> sums_of(const tests::Arrivals<Number>& arrivals) {
  std::map<Number, Number> sums;
  for (const auto& [epoch, count] : arrivals.sorted()) sums[epoch] += count;
  return sums;
}

TEST_CASE("notifications come in order, once for an epoch, when nothing at it can come any more",
          "[notificator]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto counted = unary_notify<Number>(
          tests::rounds(scope, 8, tests::numbers(5)), tests::by_hash(), "count", "",
          [counts = Counts(arrivals)](auto& in, auto& out, auto& notificator) mutable {
            in.for_each([&](auto& batch) {
              counts.add(batch, 1);
              notificator.notify_at(out.retain(batch));
            });
            notificator.for_each(
                [&](const auto& at, Number requests) {
                  out.at(at).give(counts.take(at.time(), requests));
                },
                in.frontier());
          });
      tests::collect(counted, Pipeline{}, arrivals);
    });
    std::map<Number, Number> expected;
    for (Number epoch = 0; epoch != 8; ++epoch) expected[epoch] = 5 * config.workers;
    CHECK(sums_of(arrivals) == expected);
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("with two inputs a notification waits for both", "[notificator]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto counted = binary_notify<Number>(
          tests::rounds(scope, 8, tests::numbers(3), "many"),
          tests::rounds(scope, 5, tests::numbers(4), "few"), tests::by_hash(), tests::by_value(),
          "count", "",
          [counts = Counts(arrivals)](auto& many, auto& few, auto& out, auto& notificator) mutable {
            const auto take = [&](auto& in, Number each) {
              in.for_each([&](auto& batch) {
                counts.add(batch, each);
                notificator.notify_at(out.retain(batch));
              });
            };
            take(many, 1);
            take(few, 1000);
            notificator.for_each(
                [&](const auto& at, Number requests) {
                  out.at(at).give(counts.take(at.time(), requests));
                },
                many.frontier(), few.frontier());
          });
      tests::collect(counted, Pipeline{}, arrivals);
    });
    std::map<Number, Number> expected;
    for (Number epoch = 0; epoch != 8; ++epoch)
      expected[epoch] = (epoch < 5 ? 4003 : 3) * config.workers;
    CHECK(sums_of(arrivals) == expected);
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("a sink sees every record, and its frontier to the end", "[sink]") {
  execute({.executor = ExecutorKind::deterministic, .check = true}, [](Worker& worker) {
    std::vector<std::string> frontiers;
    AnyRecords seen;
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      sink(stream, Pipeline{}, "look", "", [&](auto& in) {
        in.for_each([&](auto& batch) {
          for (const Number n : batch) seen.emplace_back(batch.time.value, n);
        });
        const std::string frontier = to_text(in.frontier());
        if (frontiers.empty() || frontiers.back() != frontier) frontiers.push_back(frontier);
      });
      return std::move(handle);
    });
    const auto settle = [&] {
      while (worker.step()) {
      }
    };
    settle();
    input.send(7);
    input.advance_to(3);
    settle();
    input.send(8);
    input.close();
    settle();
    CHECK(seen == AnyRecords{{0, 7}, {3, 8}});
    CHECK(frontiers == std::vector<std::string>{"{0}", "{3}", "{}"});
  });
}

TEST_CASE("an operator runs for frontiers as it has said: never, while it holds, always",
          "[interest]") {
  const auto runs = [](Interest interest, bool hold) {
    int count = 0;
    execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
      auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        unary<Number>(
            stream, Pipeline{}, "count", "",
            [&, hold, held = std::optional<Capability<Epoch>>()](auto& in, auto& out) mutable {
              in.for_each([&](auto& batch) {
                if (hold) held = out.retain(batch);
              });
              if (in.frontier().empty()) held.reset();
              ++count;
            },
            interest);
        return std::move(handle);
      });
      const auto settle = [&] {
        while (worker.step()) {
        }
      };
      settle();
      input.send(1);
      for (Number epoch = 1; epoch != 6; ++epoch) {
        input.advance_to(epoch);
        settle();
      }
    });
    return count;
  };
  CHECK(runs(Interest::never, false) == 2);  // when it starts, and for the batch
  CHECK(runs(Interest::when_holding, false) == 2);
  CHECK(runs(Interest::when_holding, true) >= 2 + 4);
  CHECK(runs(Interest::always, false) >= 2 + 4);
}

TEST_CASE("an operator that waits for its capabilities runs when one is complete, not before",
          "[interest]") {
  int runs = 0;
  std::vector<Epoch> released;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      unary_due<Number>(stream, Pipeline{}, "wait", "",
                        [&, open = OpenTimes<Epoch, int>{}](auto& in, auto& out) mutable {
                          ++runs;
                          in.for_each([&](auto& batch) {
                            for (const Number until : batch) ++open.at(batch, out, Epoch{until});
                          });
                          open.release([&](const auto& at, int) { released.push_back(at.time()); },
                                       in.frontier());
                        });
      return std::move(handle);
    });
    const auto runs_until = [&](Number epoch) {
      const int before = runs;
      while (input.time().value < epoch) {
        input.advance_to(input.time().value + 1);
        for (int i = 0; i != 3; ++i) worker.step();  // what moves in one is seen by the next
      }
      return runs - before;
    };
    input.send(30);
    input.send(50);
    CHECK(runs_until(1) > 0);
    CHECK(runs_until(30) == 0);
    CHECK(runs_until(31) == 1);
    CHECK(released == std::vector<Epoch>{30});
    CHECK(runs_until(50) == 0);
    CHECK(runs_until(51) == 1);
    CHECK(runs_until(80) == 0);  // so long that nobody follows the frontier any more
    input.send(90);
    CHECK(runs_until(81) > 0);
    CHECK(runs_until(90) == 0);
  });
  CHECK(released == std::vector<Epoch>{30, 50, 90});
}

TEST_CASE("an operator that holds a capability at its second output is told when it is complete",
          "[interest]") {
  int released = 0;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      OperatorBuilder<Epoch> op(scope, "second");
      op.set_interest(Interest::when_due);
      auto& in = op.input(stream, Pipeline{});
      op.output<Number>();
      op.output<Number>();
      op.connect({{0, 0, {}}});  // what comes in has no say at the second
      op.build([&in, &released, held = std::optional(op.initial_capability(1))]() mutable {
        in.for_each([](auto&) {});
        if (!held || in.frontier().less_equal_to(held->time())) return;
        held.reset();
        ++released;
      });
      return std::move(handle);
    });
    input.send(1);
  });
  CHECK(released == 1);
}

TEST_CASE("operators are all told though more frontiers have moved than a ledger remembers",
          "[interest]") {
  constexpr int operators = 3 * Publication<Epoch>::recent_moves;
  int released = 0;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      for (int i = 0; i != operators; ++i)
        unary_due<Number>(stream, Pipeline{}, "wait", "",
                          [&, open = OpenTimes<Epoch, int>{}](auto& in, auto& out) mutable {
                            in.for_each([&](auto& batch) { ++open.at(batch, out); });
                            open.release([&](const auto&, int) { ++released; }, in.frontier());
                          });
      return std::move(handle);
    });
    for (int epoch = 1; epoch != 6; ++epoch) {
      input.send(1);
      input.advance_to(static_cast<Number>(epoch));
      for (int i = 0; i != 3; ++i) worker.step();
      CHECK(released == operators * epoch);
    }
  });
}

TEST_CASE("with several workers each is told when what it waits for is complete", "[interest]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const Number self = scope.worker().index();
      const auto released = unary_due<Number>(
          tests::rounds(scope, 40, tests::numbers(1)), Pipeline{}, "wait", "",
          [self, open = OpenTimes<Epoch, Number>{}](auto& in, auto& out) mutable {
            in.for_each([&](auto& batch) {
              ++open.at(batch, out, Epoch{batch.time.value + 7 * self + batch.time.value % 5});
            });
            open.release([&](const auto& at, Number count) { out.at(at).give(count); },
                         in.frontier());
          });
      tests::collect(released, Pipeline{}, arrivals);
    });
    std::map<Number, Number> expected;
    for (Number worker = 0; worker != config.workers; ++worker)
      for (Number epoch = 0; epoch != 40; ++epoch) ++expected[epoch + 7 * worker + epoch % 5];
    CHECK(sums_of(arrivals) == expected);
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("an activator that belongs to no operator wakes nobody", "[activator]") {
  const Activator none;
  none.activate();
  none.activate_at(Clock::now());
}

}  // namespace
}  // namespace tidemark::operator_test
