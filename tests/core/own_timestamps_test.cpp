// SPDX-License-Identifier: MIT
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/own_timestamps.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/unordered_input.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::own_timestamps_test {

/// A set of at most 8 elements, ordered by inclusion.
struct Subset {
  struct Summary {  // adds some
    std::uint8_t more = 0;
    constexpr std::optional<Subset> results_in(const Subset& of) const {
      return Subset{static_cast<std::uint8_t>(of.elements | more)};
    }
    constexpr std::optional<Summary> followed_by(const Summary& next) const {
      return Summary{static_cast<std::uint8_t>(more | next.more)};
    }
    constexpr bool advances() const { return false; }
    friend constexpr auto operator<=>(const Summary&, const Summary&) = default;
    friend constexpr bool less_equal(const Summary& a, const Summary& b) {
      return (a.more & ~b.more) == 0;
    }
  };

  static constexpr std::uint8_t unprintable = 0xFF;
  std::uint8_t elements = 0;

  static constexpr Subset minimum() { return {}; }
  friend constexpr auto operator<=>(const Subset&, const Subset&) = default;
  friend constexpr bool less_equal(const Subset& a, const Subset& b) {
    return (a.elements & ~b.elements) == 0;
  }
  friend std::ostream& operator<<(std::ostream& out, const Subset& subset) {
    if (subset.elements == unprintable) throw std::runtime_error("this subset has no name");
    return out << '#' << int{subset.elements};
  }
};

}  // namespace tidemark::own_timestamps_test

template <>
struct std::hash<tidemark::own_timestamps_test::Subset> {
  std::size_t operator()(const tidemark::own_timestamps_test::Subset& subset) const noexcept {
    return subset.elements;
  }
};

namespace tidemark::own_timestamps_test {
namespace {

static_assert(Timestamp<Subset>);
static_assert(!is_compiled_once<Subset>);

/// The sum of what comes at each timestamp, when that is complete.
Stream<Subset, int> summed(const Stream<Subset, int>& numbers, auto pact) {
  return unary_due<int>(
      numbers, pact, "sum", "", [open = OpenTimes<Subset, int>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          for (const int number : batch) open.at(batch, out) += number;
        });
        open.release([&](const auto& at, int sum) { out.at(at).give(sum); }, in.frontier());
      });
}

TEST_CASE("a dataflow runs on a timestamp of a program's own", "[core]") {
  std::vector<std::pair<Subset, int>> seen;
  execute({.workers = 1, .executor = ExecutorKind::threads}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Subset>([&](Scope<Subset>& scope) {
      auto [handle, numbers] = new_input<int>(scope);
      const auto sums = summed(numbers, Pipeline{});
      sink(sums, Pipeline{}, "see", "", [&](auto& in) {
        in.for_each([&](auto& batch) {
          for (const int sum : batch) seen.emplace_back(batch.time, sum);
        });
      });
      return std::pair{std::move(handle), tidemark::probe(sums)};
    });
    input.send(1);
    input.send(2);
    input.advance_to({0b01});
    CHECK_THROWS_AS(input.advance_to({0b10}), CapabilityError);
    input.send(3);
    input.advance_to({0b11});
    worker.step_while([&] { return probe.less_equal({0b01}); });
    CHECK(probe.frontier() == Antichain<Subset>{{0b11}});
    input.send(4);
  });
  CHECK(seen == std::vector<std::pair<Subset, int>>{{{0}, 3}, {{0b01}, 3}, {{0b11}, 4}});
}

TEST_CASE("a run on a timestamp of a program's own is replayed", "[core][replay]") {
  const auto closure = [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Subset>([&](Scope<Subset>& scope) {
      auto [handle, numbers] = new_input<int>(scope);
      return std::pair{
          std::move(handle),
          tidemark::probe(summed(numbers, Exchange{[](int n) { return std::uint64_t(n); }}))};
    });
    for (int n = 0; n != 8; ++n) {
      input.send(n);
      input.advance_to({static_cast<std::uint8_t>((1u << n) - 1)});
      worker.step_while([&, probe = probe] { return probe.less_than({0}); });
    }
  };
  Config config{.workers = 2, .threads = 2, .executor = ExecutorKind::threads};
  Trace first, second;
  config.trace = &first;
  execute(config, closure);
  Replay replay(first.read());
  config.trace = &second;
  config.replay = &replay;
  execute(config, closure);
  CHECK(first.read().events() > 50);
  CHECK(first.read().events() == second.read().events());
}

TEST_CASE("what is complete is released, whatever is open beside it", "[core]") {
  for (const std::uint32_t workers : {1u, 2u}) {
    tests::Watchdog watchdog("own timestamps");
    std::mutex mutex;
    std::map<Subset, int> sums;
    execute({.workers = workers, .executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      auto [input, first, probe] = worker.dataflow<Subset>([&](Scope<Subset>& scope) {
        auto [handle, capability, numbers] = new_unordered_input<int>(scope);
        const auto all = Exchange{[](int) { return std::uint64_t{0}; }};
        const auto sums_of_all = summed(numbers, all);
        sink(sums_of_all, Pipeline{}, "see", "", [&](auto& in) {
          in.for_each([&](auto& batch) {
            const std::lock_guard lock(mutex);
            for (const int sum : batch) sums[batch.time] += sum;
          });
        });
        return std::tuple(handle, std::move(capability), tidemark::probe(sums_of_all));
      });
      std::optional<Capability<Subset>> a = first.delayed({0b01}), b = first.delayed({0b10});
      { const Capability<Subset> dropped = std::move(first); }
      input.send(*a, 1);
      input.send(*b, 10);
      b.reset();  // {0b10} is complete while {0b01}, which sorts before it, is open
      worker.step_while([&] { return probe.less_equal({0b10}); });
      CHECK(probe.frontier() == Antichain<Subset>{{0b01}});
      a.reset();
      worker.step_while([&] { return !probe.done(); });
    });
    const int n = static_cast<int>(workers);
    CHECK(sums == std::map<Subset, int>{{{0b01}, n}, {{0b10}, 10 * n}});
  }
}

/// A totally ordered timestamp that counts how often two are compared.
struct Tick {
  struct Summary {  // adds some
    std::uint64_t more = 0;
    constexpr std::optional<Tick> results_in(const Tick& of) const { return Tick{of.value + more}; }
    constexpr std::optional<Summary> followed_by(const Summary& next) const {
      return Summary{more + next.more};
    }
    constexpr bool advances() const { return more != 0; }
    friend constexpr auto operator<=>(const Summary&, const Summary&) = default;
    friend constexpr bool less_equal(const Summary& a, const Summary& b) {
      return a.more <= b.more;
    }
  };

  static constexpr bool totally_ordered = true;
  static inline std::uint64_t comparisons = 0;  // of one worker
  std::uint64_t value = 0;

  static constexpr Tick minimum() { return {}; }
  friend constexpr bool operator==(const Tick&, const Tick&) = default;
  friend constexpr auto operator<=>(const Tick& a, const Tick& b) {
    if (!std::is_constant_evaluated()) ++comparisons;
    return a.value <=> b.value;
  }
  friend constexpr bool less_equal(const Tick& a, const Tick& b) { return a <= b; }
  friend std::ostream& operator<<(std::ostream& out, const Tick& tick) { return out << tick.value; }
};

}  // namespace
}  // namespace tidemark::own_timestamps_test

template <>
struct std::hash<tidemark::own_timestamps_test::Tick> {
  std::size_t operator()(const tidemark::own_timestamps_test::Tick& tick) const noexcept {
    return tick.value;
  }
};

namespace tidemark::own_timestamps_test {
namespace {

static_assert(Timestamp<Tick>);

/// How often an operator compares timestamps when it looks for what is due, and nothing is, of
/// `open` timestamps: the most in one of ten activations.
std::uint64_t comparisons_of_a_look(std::uint64_t open, bool notifications) {
  std::uint64_t most = 0;
  execute({.executor = ExecutorKind::deterministic, .check = false}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Tick>([&](Scope<Tick>& scope) {
      auto [handle, numbers] = new_input<std::uint64_t>(scope);
      auto waits = [&most, notifications, sums = OpenTimes<Tick, int>{},
                    notificator = Notificator<Tick>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          for (const std::uint64_t later : batch)
            if (notifications)
              notificator.notify_at(out.retain(batch, {later}));
            else
              sums.at(batch, out, {later});
        });
        const auto& frontier = in.frontier();
        const std::uint64_t before = Tick::comparisons;
        notificator.for_each([](const auto&, std::uint64_t) {}, frontier);
        sums.release([](const auto&, int) {}, frontier);
        if (!frontier.empty()) most = std::max(most, Tick::comparisons - before);
      };
      return std::pair{std::move(handle), tidemark::probe(unary_frontier<int>(
                                              numbers, Pipeline{}, "waits", "", std::move(waits)))};
    });
    for (std::uint64_t n = 0; n != open; ++n) input.send(1000 + n);
    for (std::uint64_t round = 1; round != 10; ++round) {
      input.advance_to({round});
      worker.step_while([&] { return probe.less_than({round}); });
    }
  });
  return most;
}

TEST_CASE("in a total order a look for what is due compares one timestamp, however many are open",
          "[core]") {
  for (const bool notifications : {false, true})
    for (const std::uint64_t open : {1u, 100u, 10000u})
      CHECK(comparisons_of_a_look(open, notifications) == 1);
}

TEST_CASE("a timestamp that cannot be printed ends a run that is traced, and nothing hangs",
          "[core][errors]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("an unprintable timestamp");
    Trace trace;
    CHECK_THROWS_WITH(
        execute(
            {.workers = 3, .threads = 2, .executor = kind, .trace = &trace},
            [](Worker& worker) {
              auto [input, probe] = worker.dataflow<Subset>([](Scope<Subset>& scope) {
                auto [handle, numbers] = new_input<int>(scope);
                const auto by_number = Exchange{[](int n) { return std::uint64_t(n); }};
                return std::pair{std::move(handle), tidemark::probe(summed(numbers, by_number))};
              });
              for (int n = 0; n != 100; ++n) input.send(n);
              input.advance_to({1});
              worker.step_while([&] { return probe.less_equal({0}); });
              input.advance_to({Subset::unprintable});
              for (int n = 0; n != 100; ++n) input.send(n);
              input.close();
              worker.step_while([&] { return !probe.done(); });
            }),
        Catch::Contains("this subset has no name"));
  }
}

}  // namespace
}  // namespace tidemark::own_timestamps_test
