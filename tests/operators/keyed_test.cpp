// SPDX-License-Identifier: MIT
//
// The order in which stateful steps see records: epoch by epoch, and every key at one worker.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>
#include <tests/support/abort.hpp>

namespace tidemark::keyed_test {
namespace {

using tests::epoch_per_poll;
using tests::Log;

/// Where a record was read: its epoch, its part, and its number within both.
struct Origin {
  std::uint64_t epoch = 0;
  std::size_t part = 0;
  std::size_t number = 0;
  friend auto operator<=>(const Origin&, const Origin&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Origin& origin) {
    return out << origin.epoch << '/' << origin.part << '/' << origin.number;
  }
};
using Record = std::pair<int, Origin>;

/// A state that is the list of all values of a key.
auto remember() {
  return stateful_map(
      "history", [] { return std::vector<Origin>(); },
      [](std::vector<Origin> history, Origin origin) {
        history.push_back(origin);
        return std::pair(history, history);
      });
}

TEST_CASE("a stateful step applies records epoch by epoch, and those of one part in order",
          "[keyed]") {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("records", 200);
    const std::uint32_t workers = 1 + tape.below(8);
    const std::uint64_t seed = tape.below(256);
    std::vector<std::vector<std::vector<Record>>> polls(1 + tape.below(4));
    std::map<int, std::vector<Origin>> expected;
    while (!tape.at_end()) {
      const std::size_t part = tape.below(polls.size());
      auto& epochs = polls[part];
      if (epochs.empty() || tape.below(3) == 0) epochs.emplace_back();
      const int key = static_cast<int>(tape.below(3));
      const Origin origin{epochs.size(), part, epochs.back().size()};
      epochs.back().push_back({key, origin});
      expected[key].push_back(origin);
    }

    std::map<int, std::vector<Origin>> histories;
    std::map<int, std::set<std::uint32_t>> homes;
    Dataflow flow;
    input(flow, "in", tests::PartsInput<Record>(polls), epoch_per_poll()) | remember() |
        inspect_worker([&](const std::pair<int, std::vector<Origin>>& result, std::uint32_t at) {
          histories[result.first] = result.second;
          homes[result.first].insert(at);
        }) |
        output("out", tests::Discard{});
    cluster_main(flow, tests::deterministic(workers, seed));

    for (auto& [key, history] : histories) {
      RC_ASSERT(homes[key].size() == 1u);
      RC_ASSERT(std::ranges::is_sorted(history, {}, &Origin::epoch));
      std::map<std::size_t, Origin> last;  // by part
      for (const Origin& origin : history) {
        const auto [at, first] = last.try_emplace(origin.part, origin);
        RC_ASSERT(first || at->second < origin);
        at->second = origin;
      }
      std::ranges::sort(history);
      std::ranges::sort(expected[key]);
    }
    RC_ASSERT(histories == expected);
  });
}

TEST_CASE("a stateful step waits for the slower of two merged inputs", "[keyed][merge]") {
  tests::for_each_schedule([](const Config& config) {
    // Six records in each stream: one in six epochs, the other in three.
    const auto records = [](std::size_t part, std::size_t in_epoch) {
      std::vector<Record> all;
      for (std::size_t i = 0; i != 6; ++i) all.push_back({0, {i / in_epoch + 1, part, i}});
      return all;
    };
    std::vector<Origin> history;
    Dataflow flow;
    merge(input(flow, "ones", TestingInput(records(0, 1)), epoch_per_poll()),
          input(flow, "twos", TestingInput(records(1, 2)), {.epoch_items = 2})) |
        remember() | inspect([&history](const auto& result) { history = result.second; }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    REQUIRE(history.size() == 12);
    CHECK(std::ranges::is_sorted(history, {}, &Origin::epoch));
  });
}

TEST_CASE("a stateful step is eager in the epoch at the frontier and patient beyond it",
          "[keyed]") {
  Log<Origin> applied;
  execute(tests::deterministic(1, 0), [&](Worker& worker) {
    auto [records, other, end] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [a, stream] = new_input<Record>(scope, "records");
      auto [b, idle] = new_input<Record>(scope, "other");
      auto results = merge(stream, idle) | remember() |
                     inspect([&](const auto& result) { applied.add(result.second.back()); });
      return std::tuple(std::move(a), std::move(b), probe(results));
    });
    const auto settle = [&worker = worker] {
      for (int i = 0; i != 10; ++i) worker.step();
    };
    using Applied = std::vector<Origin>;
    records.send({0, {0, 0, 0}});
    records.flush();
    settle();
    CHECK(applied.entries() == Applied{{0, 0, 0}});  // eager: epoch 0 is not closed

    records.advance_to(1);
    records.send({0, {1, 0, 0}});
    records.flush();
    settle();
    CHECK(applied.entries() == Applied{{0, 0, 0}});  // the other input is still at 0
    other.send({0, {0, 1, 0}});
    other.flush();
    settle();
    CHECK(applied.entries() == Applied{{0, 0, 0}, {0, 1, 0}});

    other.advance_to(1);
    settle();
    CHECK(applied.entries() == Applied{{0, 0, 0}, {0, 1, 0}, {1, 0, 0}});
    CHECK(end.less_equal(1));
    records.close();
    other.close();
  });
}

TEST_CASE("what was held back goes before later records that come when the frontier has passed",
          "[keyed]") {
  const int steps_between = GENERATE(range(0, 6));
  Log<Origin> applied;
  execute(tests::deterministic(1, 0), [&](Worker& worker) {
    auto [records, other] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [a, stream] = new_input<Record>(scope, "records");
      auto [b, idle] = new_input<Record>(scope, "other");
      merge(stream, idle) | remember() |
          inspect([&](const auto& result) { applied.add(result.second.back()); });
      return std::pair(std::move(a), std::move(b));
    });
    records.advance_to(1);
    records.send({0, {1, 0, 0}});
    records.flush();
    for (int i = 0; i != 10; ++i) worker.step();
    REQUIRE(applied.entries().empty());  // held back by the other input

    records.advance_to(2);
    other.advance_to(2);
    for (int i = 0; i != steps_between; ++i) worker.step();
    records.send({0, {2, 0, 0}});
    records.flush();
    for (int i = 0; i != 10; ++i) worker.step();
    CHECK(applied.entries() == std::vector<Origin>{{1, 0, 0}, {2, 0, 0}});
  });
}

using Arrival = std::pair<std::uint64_t, int>;  // timestamp, number

/// An input to which arrivals come one by one; those that are to come make its frontier.
struct Arrivals {
  struct Arrived {
    Epoch time;
    std::vector<Arrival> records;
  };
  std::vector<Arrival> all;
  std::size_t taken = 0;
  Antichain<Epoch> earliest{};

  const Antichain<Epoch>& frontier() {
    earliest = {};
    for (std::size_t i = taken; i != all.size(); ++i) earliest.insert(Epoch{all[i].first});
    return earliest;
  }
  void for_each(auto take) {
    if (taken == all.size()) return;
    Arrived batch{Epoch{all[taken].first}, {all[taken]}};
    ++taken;
    take(batch);
  }
  void working_on(const Epoch&, auto action) { action(); }
};

/// The right of a record: its number, and the timestamp that it keeps open.
struct NumberedRight {
  int number;
  Epoch open;
  Epoch time() const { return open; }
  NumberedRight delayed(const Epoch& later) const { return {number, later}; }
};

/// Notes what it works on, and asks whether it may send there.
struct NotingStep {
  std::vector<Arrival> worked_on{};

  NumberedRight retain(const Arrivals::Arrived& batch) {
    return {batch.records.front().second, batch.time};
  }
  void work(const Epoch& time, std::vector<Arrival>& records, const auto&, auto retain) {
    const NumberedRight right = retain();
    RC_ASSERT(right.time() == time);
    RC_ASSERT(right.number == records.front().second);  // the first one's
    for (const Arrival& record : records) {
      RC_ASSERT(record.first == time.value);
      worked_on.push_back(record);
    }
  }
  void close(const Antichain<Epoch>&) {}
};

TEST_CASE("what is held back without the right to send it is found", "[keyed][verify]") {
  struct WrongRight : NotingStep {
    NumberedRight retain(const Arrivals::Arrived&) { return {0, Epoch{99}}; }
  };
  Arrivals in{.all = {{3, 0}, {1, 1}}};
  detail::EpochsInOrder<Epoch, Arrival, NumberedRight> epochs;
  WrongRight step;
  epochs.run(in, step);
  const auto message = tests::abort_message([&] { epochs.verify(); });
  REQUIRE(message);
  CHECK_THAT(*message, Catch::Contains("what is held back keeps its own timestamp open"));
}

TEST_CASE("a step is handed its records in the order of their timestamps, each as early as it may",
          "[keyed][oracle]") {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("arrivals", 60);
    Arrivals in;
    for (int number = 0; !tape.at_end(); ++number) in.all.push_back({tape.below(6), number});
    detail::EpochsInOrder<Epoch, Arrival, NumberedRight> epochs;
    NotingStep step;
    for (std::size_t i = 0; i <= in.all.size(); ++i) {
      const Antichain<Epoch> frontier = in.frontier();  // before the next comes
      epochs.run(in, step);
      epochs.verify();
      std::vector<Arrival> expected(in.all.begin(),
                                    in.all.begin() + static_cast<std::ptrdiff_t>(in.taken));
      std::erase_if(expected, [&](const Arrival& arrival) {
        return frontier.less_than_to(Epoch{arrival.first});
      });
      std::ranges::stable_sort(expected, {}, &Arrival::first);
      RC_ASSERT(step.worked_on == expected);
    }
  });
}

TEST_CASE("the end of input comes once, behind all that was held back", "[keyed]") {
  Log<std::pair<int, std::vector<Origin>>> results;
  execute(tests::deterministic(1, 0), [&](Worker& worker) {
    auto [records, other] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [a, stream] = new_input<Record>(scope, "records");
      auto [b, idle] = new_input<Record>(scope, "other");
      merge(stream, idle) |
          fold_final(
              "all", [] { return std::vector<Origin>(); },
              [](std::vector<Origin> all, Origin origin) {
                all.push_back(origin);
                return all;
              }) |
          inspect([&](const auto& result) { results.add(result); });
      return std::pair(std::move(a), std::move(b));
    });
    for (std::uint64_t epoch = 0; epoch != 4; ++epoch) {
      records.advance_to(epoch);
      records.send({0, {epoch, 0, 0}});
    }
    records.close();
    for (int i = 0; i != 10; ++i) worker.step();  // epochs 1 to 3 are held back by the other input
    other.close();
  });
  using All = std::pair<int, std::vector<Origin>>;
  CHECK(results.entries() == std::vector<All>{{0, {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {3, 0, 0}}}});
}

/// Says what it is called for, and wants to be called once.
struct Punctual {
  Clock::time_point when;

  std::pair<std::vector<std::string>, bool> on_item(Origin origin) {
    return {{"value " + std::to_string(origin.number)}, false};
  }
  std::optional<Clock::time_point> notify_at() const { return when; }
  std::pair<std::vector<std::string>, bool> on_notify(Clock::time_point) {
    return {{"timer"}, true};
  }
};

TEST_CASE("values come before the timers that are due with them", "[keyed][timer]") {
  Log<std::string> calls;
  execute(tests::deterministic(1, 0), [&](Worker& worker) {
    const Clock::time_point when = worker.executor().now() + std::chrono::milliseconds(1);
    auto records = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [in, stream] = new_input<Record>(scope, "records");
      stream | stateful("punctual", [when] { return Punctual{when}; }) |
          inspect([&](const auto& call) { calls.add(call.second); });
      return std::move(in);
    });
    records.send({0, {0, 0, 1}});
    records.flush();
    worker.step_while([&] { return worker.executor().now() < when; });
    records.send({0, {0, 0, 2}});  // the timer has woken this worker, which has not stepped yet
    records.flush();
    for (int i = 0; i != 10; ++i) worker.step();
    records.close();
  });
  CHECK(calls.entries() == std::vector<std::string>{"value 1", "value 2", "timer"});
}

}  // namespace
}  // namespace tidemark::keyed_test
