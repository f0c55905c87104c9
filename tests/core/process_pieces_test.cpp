// SPDX-License-Identifier: MIT
//
// What the workers of a run share, each piece by itself: pools, stopping, links, the registry of
// dataflows, the progress of inputs.
#include <tidemark/core/handover/due_bits.hpp>
#include <tidemark/core/handover/gate.hpp>
#include <tidemark/core/observe/traffic_counts.hpp>
#include <tidemark/core/process/dataflow_registry.hpp>
#include <tidemark/core/process/input_progress.hpp>
#include <tidemark/core/process/links.hpp>
#include <tidemark/core/process/pools.hpp>
#include <tidemark/core/process/stopping.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace tidemark::process_pieces_test {
namespace {

using namespace tests;

TEST_CASE("each owner has one pool of a type for each key, made on first use", "[pools]") {
  Pools pools;
  std::vector<int>& first = pools.get<std::vector<int>>(0, nullptr, std::size_t{3}, 7);
  CHECK(first == std::vector<int>{7, 7, 7});
  CHECK(&pools.get<std::vector<int>>(0, nullptr, std::size_t{9}, 1) == &first);
  CHECK(&pools.get<std::vector<int>>(1, nullptr) != &first);
  CHECK(&pools.get<std::vector<int>>(0, &pools) != &first);
  CHECK(pools.get<std::vector<long>>(0, nullptr).empty());
}

TEST_CASE("whoever asks to stop calls all that want to know, each time", "[stopping]") {
  Stopping stopping;
  int calls = 0;
  const StopAction one = stopping.on_request([&] { ++calls; });
  CHECK_FALSE(stopping.requested());
  stopping.request();
  const StopAction ten = stopping.on_request([&] { calls += 10; });
  stopping.request();
  CHECK(calls == 12);
  CHECK(stopping.requested());
  CHECK_FALSE(stopping.failed());
}

TEST_CASE("an action may want to know of more requests while it is called", "[stopping]") {
  Stopping stopping;
  int calls = 0;
  StopAction inner;
  const StopAction outer =
      stopping.on_request([&] { inner = stopping.on_request([&] { ++calls; }); });
  stopping.request();
  CHECK(calls == 0);
  stopping.request();
  CHECK(calls == 0);  // the first request's has been cancelled by the second's
}

TEST_CASE("who does not want to know of a stop any more is not called, and nothing of it is kept",
          "[stopping]") {
  Stopping stopping;
  const auto token = std::make_shared<int>();
  int calls = 0;
  {
    const StopAction action = stopping.on_request([token, &calls] { ++calls; });
    stopping.request();
  }
  CHECK(token.use_count() == 1);
  stopping.request();
  CHECK(calls == 1);
}

TEST_CASE("a stop action may cancel itself, and may outlive what it belongs to", "[stopping]") {
  StopAction action;
  int calls = 0;
  {
    Stopping stopping;
    action = stopping.on_request([&] {
      action.cancel();
      ++calls;
    });
    stopping.request();
    stopping.request();
    action = stopping.on_request([&] { ++calls; });
  }
  CHECK(calls == 1);
  action.cancel();
}

TEST_CASE("who cancels a stop action that runs waits until it has returned", "[stopping]") {
  Stopping stopping;
  std::atomic<bool> begun{false}, cancelled{false};
  bool waited = true;
  StopAction action = stopping.on_request([&] {
    begun = true;
    for (int i = 0; i != 100; ++i) std::this_thread::yield();  // to one that does not wait
    waited = !cancelled;
  });
  std::jthread other([&] {
    while (!begun) std::this_thread::yield();
    action.cancel();
    cancelled = true;
  });
  stopping.request();
  other.join();
  CHECK(waited);
}

TEST_CASE("a gate that is being closed waits for those inside, and lets nobody in", "[gate]") {
  Gate gate;
  std::atomic<bool> closed{false};
  std::jthread closer;
  {
    const Gate::Pass pass(gate);
    REQUIRE(pass);
    closer = std::jthread([&] {
      gate.close();
      closed = true;
    });
    while (Gate::Pass(gate)) std::this_thread::yield();
    CHECK_FALSE(closed);
  }
  closer.join();
  CHECK(closed);
  gate.close();
  CHECK_FALSE(Gate::Pass(gate));
}

TEST_CASE("a due bit stays until it is taken, whoever has set it", "[due_bits]") {
  struct Counting final : Wakeable {
    void wake() override { ++wakes; }
    int wakes = 0;
  };
  Counting worker;
  DueBits bits(worker);
  const std::uint64_t all = ~std::uint64_t{0};
  CHECK(bits.due(all) == 0);
  bits.set(DueBits::bit_of(5));
  bits.wake(DueBits::bit_of(64 + 3));
  bits.wake(DueBits::bit_of(3));
  CHECK(worker.wakes == 2);
  CHECK(bits.due(all) == (DueBits::bit_of(3) | DueBits::bit_of(5)));
  CHECK(bits.due(~DueBits::bit_of(3)) == DueBits::bit_of(5));
  bits.take_from_others(DueBits::bit_of(3));
  bits.take_from_others(DueBits::bit_of(5));
  CHECK(bits.due(all) == DueBits::bit_of(5));
  bits.set_only_if(true, DueBits::bit_of(5));
  CHECK(bits.any_set());
  bits.set_only_if(false, DueBits::bit_of(5));
  CHECK_FALSE(bits.any_set());
  CHECK(bits.due(all) == 0);
}

TEST_CASE("of several errors the first is kept", "[stopping]") {
  Stopping stopping;
  stopping.rethrow_failure();
  stopping.fail(std::make_exception_ptr(std::runtime_error("first")));
  stopping.fail(std::make_exception_ptr(std::runtime_error("second")));
  CHECK(stopping.failed());
  CHECK_THROWS_WITH(stopping.rethrow_failure(), "first");
}

struct Letter final : Envelope {
  void release() override {}
  std::size_t bytes() const override { return 100; }
};

struct Postbox final : Mail {
  void post(std::uint32_t to, Envelope&) override { posted.push_back(to); }
  void deliver(std::uint32_t, std::uint32_t, Envelope&) override { FAIL("links only post"); }
  std::vector<std::uint32_t> posted;
};

TEST_CASE("links post what stays in a process, and are not needed where there is one", "[links]") {
  Postbox mail;
  Links links({.workers = 4}, nullptr, mail);
  CHECK_FALSE(links.needed());
  Letter letter;
  links.deliver(0, 3, letter);
  links.deliver(1, 2, letter);
  CHECK(mail.posted == std::vector<std::uint32_t>{3, 2});
}

TEST_CASE("traffic is counted from process to process, and the counts of dataflows add up",
          "[traffic]") {
  const Layout layout{.workers = 4, .processes = 2};
  TrafficCounts counts(layout, nullptr);
  counts.data_sent(0, 1, 1, 100);
  counts.data_sent(1, 3, 2, 50);
  TrafficCounts others(layout, nullptr);
  others.data_sent(0, 2, 1, 7);
  others += counts;
  const Traffic sent = others.links();
  REQUIRE(sent.data.size() == 2);
  CHECK(sent.data[0].sent == DataTraffic{1, 100});
  CHECK(sent.data[1].sent == DataTraffic{3, 57});
  CHECK(sent.data_between_processes() == DataTraffic{3, 57});
}

TEST_CASE("a worker that builds fewer dataflows than another is named, whoever ends first",
          "[registry]") {
  const Config config{.workers = 2};
  const auto build = [](DataflowRegistry& registry, std::uint32_t index, std::uint32_t worker) {
    return registry.attach<Epoch>(index, worker, *three_in_a_row<Epoch>(), Blueprint{}, {});
  };
  const auto make = [&] {
    return std::make_unique<DataflowRegistry>(
        config, [](std::uint32_t) {}, [](const auto&) {}, std::make_shared<Gate>());
  };
  const auto first_ends = make();
  build(*first_ends, 0, 0);
  first_ends->has_built(0, 1);
  CHECK_THROWS_WITH(build(*first_ends, 1, 1),
                    Catch::Contains("worker 0") && Catch::Contains("after 1 dataflows"));
  const auto last_ends = make();
  build(*last_ends, 0, 0);
  build(*last_ends, 1, 0);
  last_ends->has_built(0, 2);
  CHECK_THROWS_WITH(last_ends->has_built(1, 1), Catch::Contains("worker 1"));
}

TEST_CASE("the second worker attaches to what the first has built", "[registry]") {
  const Config config{.workers = 2};
  DataflowRegistry registry(
      config, [](std::uint32_t) {}, [](const auto&) {}, std::make_shared<Gate>());
  const auto build = [&](std::uint32_t worker) {
    return registry.attach<Epoch>(0, worker, *three_in_a_row<Epoch>(), Blueprint{}, {});
  };
  const auto shared = build(0);
  CHECK(build(1) == shared);
  CHECK(registry.dataflows().size() == 1);
  CHECK(registry.stations().empty());
  CHECK_THROWS_WITH(registry.cancel(1), Catch::Contains("dataflow 1 cannot be cancelled"));
}

TEST_CASE("a dataflow that has ended at all workers is given up, and what it has sent is kept",
          "[registry]") {
  Traffic traffic;
  const Config config{.workers = 2, .traffic = &traffic};
  DataflowRegistry registry(
      config, [](std::uint32_t) {}, [](const auto&) {}, std::make_shared<Gate>());
  for (std::uint32_t index = 0; index != 3; ++index) {
    std::weak_ptr<SharedDataflow<Epoch>> left;
    for (std::uint32_t worker = 0; worker != 2; ++worker) {
      const auto shared =
          registry.attach<Epoch>(index, worker, *three_in_a_row<Epoch>(), Blueprint{}, {});
      shared->traffic()->data_sent(worker, 0, 1, 10);
      left = shared;
    }
    registry.has_ended(index);
    CHECK(registry.dataflows().size() == 1);
    CHECK_FALSE(left.expired());
    registry.has_ended(index);
    CHECK(registry.dataflows().empty());
    CHECK(left.expired());
    registry.cancel(index);
  }
  CHECK(registry.traffic().all_data() == DataTraffic{6, 60});
}

TEST_CASE("an input has come as far as its workers together have read", "[input_progress]") {
  InputProgressBook book;
  InputCounters& first = book.counters("lines", 0);
  InputCounters& second = book.counters("lines", 1);
  CHECK(&book.counters("lines", 0) == &first);
  first.records = 3;
  second.records = 4;
  second.epoch = 7;
  first.behind = 2;
  const std::vector<InputProgress> all = book.all();
  REQUIRE(all.size() == 1);
  CHECK(all[0].id == "lines");
  CHECK(all[0].records == 7);
  CHECK(all[0].epoch == 7);
  CHECK(all[0].behind == 2);
}

}  // namespace
}  // namespace tidemark::process_pieces_test
