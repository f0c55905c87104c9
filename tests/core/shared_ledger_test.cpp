// SPDX-License-Identifier: MIT
//
// The shared ledger's races, one statement at a time: the wake function is called in the middle of
// a combination, so what another thread would do there is done there.
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/ledger/waiter_set.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

namespace tidemark::shared_ledger_test {
namespace {

using namespace tests;
using Pair = Product<Epoch, Epoch>;

constexpr auto nobody = [](std::uint32_t) {};

/// One worker, which holds a capability at the minimum at a.out.
template <Timestamp T>
SharedLedger<T> start(typename SharedLedger<T>::Wake wake = nobody,
                      LedgerTracer<T>* tracer = nullptr) {
  return SharedLedger<T>(three_in_a_row<T>(), 1, NegativeCounts::forbidden,
                         progress_batch<T>({{{a_out, T::minimum()}, 1}}), std::move(wake), tracer);
}

LedgerEntry<Epoch>& downgrade(Epoch from, Epoch to) {
  return entry_of(progress_batch<Epoch>({{{a_out, from}, -1}, {{a_out, to}, +1}}));
}

TEST_CASE("what is appended while the combiner holds its lock is applied before it goes",
          "[shared_ledger][race]") {
  SharedLedger<Epoch>* shared = nullptr;
  std::uint64_t now = 0;
  SharedLedger<Epoch> ledger = start<Epoch>([&](std::uint32_t) {
    if (now == 3) return;
    shared->append(downgrade(now, now + 1));
    ++now;
    CHECK_FALSE(shared->combine_some());  // in vain: the lock is held
  });
  shared = &ledger;
  ledger.watch(c_in);
  ledger.waiters().arm(c_in.value, 0);

  ledger.append(downgrade(0, 1));
  now = 1;
  CHECK_FALSE(ledger.combine_some());
  CHECK(ledger.snapshot().sequence == 1 + 3);
  CHECK(frontier_of(ledger.published(c_in)) == Antichain<Epoch>{3});
}

TEST_CASE("a combiner to whom the others bring more and more goes, and leaves the rest to them",
          "[shared_ledger][race]") {
  SharedLedger<Epoch>* shared = nullptr;
  std::uint64_t now = 0;
  bool all_woken = false;
  SharedLedger<Epoch> ledger = start<Epoch>([&](std::uint32_t worker) {
    if (worker == SharedLedger<Epoch>::everyone) {
      all_woken = true;
    } else {
      shared->append(downgrade(now, now + 1));
      ++now;
    }
  });
  shared = &ledger;
  ledger.watch(c_in);
  ledger.waiters().arm(c_in.value, 0);

  ledger.append(downgrade(0, 1));
  now = 1;
  CHECK(ledger.combine_some());  // and the caller combines again, in its next step
  CHECK_FALSE(all_woken);
  ledger.combine();
  CHECK(all_woken);
  CHECK(now < 20);
}

TEST_CASE("a worker that moves a frontier for which it waits is told so, and not woken by itself",
          "[shared_ledger]") {
  std::vector<std::uint32_t> woken;
  SharedLedger<Epoch> ledger(
      three_in_a_row<Epoch>(), 2, NegativeCounts::forbidden,
      progress_batch<Epoch>({{{a_out, 0}, 1}}),
      [&](std::uint32_t worker) { woken.push_back(worker); }, nullptr);
  ledger.watch(c_in);
  combine_all(ledger);
  const auto move = [](std::uint64_t to) {
    return progress_batch<Epoch>({{{a_out, to - 1}, -1}, {{a_out, to}, +1}});
  };
  CHECK(ledger.try_apply(move(1), 0) == false);  // nobody waits
  ledger.waiters().arm(c_in.value, 0);
  CHECK(ledger.try_apply(move(2), 0) == true);
  ledger.append(entry_of(move(3)));
  CHECK(ledger.combine_some(0));
  CHECK(woken.empty());
  CHECK(ledger.try_apply(move(4), 1) == false);
  CHECK(woken == std::vector<std::uint32_t>{0});
}

TEST_CASE("whoever is woken finds everything published that the same batches moved",
          "[shared_ledger][race]") {
  SharedLedger<Epoch>* shared = nullptr;
  Ledger<Epoch> truth(three_in_a_row<Epoch>(), NegativeCounts::forbidden);
  truth.apply(progress_batch<Epoch>({{{a_out, 0}, 1}}));
  int woken = 0;
  int wrong = 0;
  std::uint64_t publications = 0;
  SharedLedger<Epoch> ledger = start<Epoch>([&](std::uint32_t) {
    ++woken;
    if (shared->publication().count() == publications) ++wrong;
    for (const LocationId location : {a_out, b_in, b_out, c_in})
      if (frontier_of(shared->published(location)) != truth.frontier(location)) ++wrong;
  });
  shared = &ledger;
  for (const LocationId location : {a_out, b_in, b_out, c_in}) {
    ledger.watch(location);
    ledger.waiters().arm(location.value, 0);
  }
  const auto step = [&](const ProgressBatch<Epoch>& batch) {
    truth.apply(batch);
    truth.propagate([](LocationId, const auto&, const auto&) {});
    publications = ledger.publication().count();
    ledger.append(entry_of(batch));
    ledger.combine();
    for (const LocationId location : {a_out, b_in, b_out, c_in})
      CHECK(frontier_of(ledger.published(location)) == truth.frontier(location));
  };
  // Each batch moves something that a part of it would move too far.
  step(progress_batch<Epoch>({{{a_out, 0}, -1}, {{a_out, 3}, +1}, {{b_in, 0}, +1}}));
  step(progress_batch<Epoch>({{{b_in, 0}, -1}, {{c_in, 0}, +1}, {{b_out, 2}, +1}}));
  step(progress_batch<Epoch>({{{c_in, 0}, -1}}));
  step(progress_batch<Epoch>({{{a_out, 3}, -1}, {{b_in, 3}, +1}}));
  step(progress_batch<Epoch>({{{b_out, 2}, -1}, {{b_in, 3}, -1}, {{c_in, 3}, +1}}));
  step(progress_batch<Epoch>({{{c_in, 3}, -1}}));
  CHECK(wrong == 0);
  CHECK(woken >= 6);
  CHECK(ledger.complete());
}

TEMPLATE_TEST_CASE("a location that nobody has watched says that everything can still come",
                   "[shared_ledger][race]", Epoch, Pair) {
  SharedLedger<TestType> ledger = start<TestType>();
  ledger.append(entry_of(progress_batch<TestType>({{{a_out, TestType::minimum()}, -1}})));
  ledger.combine();
  CHECK(frontier_of(ledger.published(c_in)) == Antichain<TestType>{TestType::minimum()});
  ledger.watch(c_in);
  CHECK(frontier_of(ledger.published(c_in)).empty());
  CHECK(frontier_of(ledger.published(b_in)) == Antichain<TestType>{TestType::minimum()});
}

TEST_CASE("a reader that registers during a publication counts from the next one",
          "[shared_ledger][race]") {
  SharedLedger<Epoch>* shared = nullptr;
  std::vector<Antichain<Epoch>> seen;
  SharedLedger<Epoch> ledger = start<Epoch>([&](std::uint32_t) {
    shared->watch(c_in);
    seen.push_back(frontier_of(shared->published(c_in)));
  });
  shared = &ledger;
  ledger.watch(a_out);
  ledger.waiters().arm(a_out.value, 0);
  ledger.waiters().arm(c_in.value, 0);
  ledger.append(downgrade(0, 4));
  ledger.combine();
  // First woken for a.out, and then, once more, for the location it has asked for.
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == Antichain<Epoch>{0});
  CHECK(seen[1] == Antichain<Epoch>{4});
}

TEST_CASE("only those are woken that wait where a frontier has moved", "[shared_ledger]") {
  std::vector<std::uint32_t> woken;
  SharedLedger<Epoch> ledger(
      three_in_a_row<Epoch>(), 200, NegativeCounts::forbidden,
      progress_batch<Epoch>({{{a_out, 0}, 200}, {{b_out, 0}, 1}}),
      [&](std::uint32_t worker) { woken.push_back(worker); }, nullptr);
  for (const LocationId location : {a_out, c_in}) ledger.watch(location);
  for (const std::uint32_t worker : {0u, 63u, 64u, 199u}) ledger.waiters().arm(a_out.value, worker);
  ledger.waiters().arm(c_in.value, 7);

  ledger.append(entry_of(progress_batch<Epoch>({{{a_out, 0}, -199}, {{a_out, 1}, 199}})));
  ledger.combine();
  CHECK(woken.empty());  // one is left behind
  ledger.append(downgrade(0, 1));
  ledger.combine();
  CHECK(woken == std::vector<std::uint32_t>{0, 63, 64, 199});

  woken.clear();
  ledger.waiters().disarm(a_out.value, 63);
  ledger.append(entry_of(progress_batch<Epoch>({{{a_out, 1}, -200}, {{a_out, 2}, 200}})));
  ledger.combine();
  CHECK(woken == std::vector<std::uint32_t>{0, 64, 199});
}

TEST_CASE("the end of a dataflow wakes everyone", "[shared_ledger]") {
  std::vector<std::uint32_t> woken;
  SharedLedger<Epoch> ledger = start<Epoch>([&](std::uint32_t worker) { woken.push_back(worker); });
  CHECK_FALSE(ledger.complete());
  ledger.append(entry_of(progress_batch<Epoch>({{{a_out, 0}, -1}})));
  CHECK_FALSE(ledger.complete());  // appended is not applied
  ledger.combine();
  CHECK(ledger.complete());
  CHECK(woken == std::vector{SharedLedger<Epoch>::everyone});
}

TEST_CASE("a dataflow without capabilities is complete from the start", "[shared_ledger]") {
  SharedLedger<Epoch> ledger(three_in_a_row<Epoch>(), 1, NegativeCounts::forbidden, {}, nobody,
                             nullptr);
  CHECK(ledger.complete());
}

TEST_CASE("a ledger remembers where the last moves were, and says when it has forgotten one",
          "[shared_ledger]") {
  SharedLedger<Epoch> ledger = start<Epoch>(nobody);
  ledger.watch(c_in);
  ledger.waiters().arm(c_in.value, 0);  // or it would not be followed for long
  const std::uint64_t first = ledger.publication().count() + 1;
  for (std::uint64_t n = 0; n != Publication<Epoch>::recent_moves; ++n) {
    ledger.append(downgrade(n, n + 1));
    ledger.combine();
  }
  CHECK(ledger.publication().count() == first + Publication<Epoch>::recent_moves - 1);
  CHECK(ledger.publication().recent_move(first) == c_in);
  ledger.append(downgrade(Publication<Epoch>::recent_moves, 100));
  ledger.combine();
  CHECK(ledger.publication().recent_move(first) == std::nullopt);
  CHECK(ledger.publication().recent_move(first + 1) == c_in);
}

TEST_CASE(
    "several batches share one propagation, traced or not, and a trace holds what was published",
    "[shared_ledger][trace]") {
  for (const bool tracing : {false, true}) {
    const auto topology = three_in_a_row<Epoch>();
    Trace trace;
    trace.begin({.executor = "deterministic", .has_virtual_time = true}, [] { return 0; });
    LedgerTracer<Epoch> tracer(
        {trace, trace.add(traced(FlowGraph{}, *topology, 1, {{a_out, 1}}, "Epoch"))}, 0, *topology);
    SharedLedger<Epoch> ledger = start<Epoch>(nobody, tracing ? &tracer : nullptr);
    ledger.watch(c_in);
    const std::uint64_t before = ledger.publication().count();
    for (std::uint64_t n = 0; n != 10; ++n) ledger.append(downgrade(n, n + 1));
    ledger.combine();
    CHECK(ledger.publication().count() == before + 1);
    if (!tracing) continue;
    trace.end("ended");
    const std::vector<TraceEvent> events = tests::events_of(trace);
    REQUIRE(events.size() == 11);
    CHECK(events.back() == TraceEvent{.kind = TraceEvent::Kind::frontier,
                                      .subject = c_in.value,
                                      .frontier = {coordinates(Epoch{10})}});
  }
}

TEST_CASE("whoever looks and throws leaves the ledger to others, and no entry behind",
          "[shared_ledger][errors]") {
  SharedLedger<Epoch> ledger = start<Epoch>();
  const auto look = [](const Ledger<Epoch>&) -> int { throw std::runtime_error("unprintable"); };
  CHECK_THROWS_AS(ledger.inspect(look), std::runtime_error);
  CHECK_THROWS_AS(ledger.try_inspect(look), std::runtime_error);
  ReturnPool<LedgerEntry<Epoch>> pool;
  LedgerLog<Epoch> log;
  for (std::uint64_t n = 0; n != 3; ++n) {
    auto& entry = downgrade(n, n + 1);
    entry.home = &pool;
    log.append(entry);
  }
  CHECK_THROWS_AS(log.take_all([](const auto&) { throw std::runtime_error("unprintable"); }),
                  std::runtime_error);
  int left = 0;
  log.take_all([&](const auto&) { ++left; });
  CHECK(left == 2);  // the others are not lost
  for (int n = 0; n != 3; ++n) {
    LedgerEntry<Epoch>* const entry = pool.take();
    REQUIRE(entry != nullptr);
    entry->home = nullptr;
    give_back(entry);
  }
  ledger.append(downgrade(0, 1));
  ledger.combine();
  CHECK(ledger.try_inspect([](const Ledger<Epoch>& l) { return l.frontier(a_out); }) ==
        Antichain<Epoch>{1});
}

TEST_CASE("entries that nobody has applied are freed with the ledger", "[shared_ledger]") {
  ReturnPool<LedgerEntry<Epoch>> pool;
  {
    SharedLedger<Epoch> ledger = start<Epoch>();
    ledger.append(downgrade(0, 1));
    auto& pooled = downgrade(1, 2);
    pooled.home = &pool;
    ledger.append(pooled);
  }
  LedgerEntry<Epoch>* const back = pool.take();
  REQUIRE(back != nullptr);
  CHECK(back->batch.changes().empty());
  delete back;
  CHECK(pool.take() == nullptr);
}

TEST_CASE("a published frontier tells a reader once that it has moved", "[published_frontier]") {
  PublishedFrontier<Epoch> word;
  PublishedFrontier<Pair> versioned;
  FrontierReader<Epoch> epochs;
  FrontierReader<Pair> pairs;
  CHECK_FALSE(epochs.refresh());  // follows nothing yet
  epochs.attach(word);
  pairs.attach(versioned);
  CHECK(epochs.frontier() == Antichain<Epoch>{0});
  CHECK(pairs.frontier() == Antichain<Pair>{{0, 0}});
  CHECK_FALSE(epochs.refresh());
  CHECK_FALSE(pairs.refresh());
  word.store({5});
  versioned.store({{1, 2}, {2, 1}});
  CHECK(epochs.refresh());
  CHECK(pairs.refresh());
  CHECK_FALSE(epochs.refresh());
  CHECK_FALSE(pairs.refresh());
  CHECK(epochs.frontier() == Antichain<Epoch>{5});
  CHECK(pairs.frontier() == Antichain<Pair>{{1, 2}, {2, 1}});
  word.store({});
  versioned.store({});
  CHECK(epochs.refresh());
  CHECK(pairs.refresh());
  CHECK(epochs.frontier().empty());
  CHECK(pairs.frontier().empty());
}

}  // namespace
}  // namespace tidemark::shared_ledger_test
