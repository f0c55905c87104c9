// SPDX-License-Identifier: MIT
//
// What a shared ledger is made of, each by itself: log, combiner's lock, publication, readers.
#include <tidemark/core/ledger/combiner_lock.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/ledger/ledger_log.hpp>
#include <tidemark/core/ledger/publication.hpp>
#include <tidemark/core/ledger/readers.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/support.hpp>

namespace tidemark::ledger_pieces_test {
namespace {

using namespace tests;

TEST_CASE("a log gives its entries in the order in which they came", "[ledger_log]") {
  LedgerLog<Epoch> log;
  CHECK(log.empty());
  for (std::uint32_t worker : {3u, 1u, 2u})
    log.append(entry_of(progress_batch<Epoch>({{{a_out, 0}, 1}}), worker));
  std::vector<std::uint32_t> workers;
  log.take_all([&](const LedgerEntry<Epoch>& entry) { workers.push_back(entry.worker); });
  CHECK(workers == std::vector<std::uint32_t>{3, 1, 2});
  CHECK(log.empty());
}

TEST_CASE("an entry comes home without its batch", "[ledger_log]") {
  ReturnPool<LedgerEntry<Epoch>> home;
  LedgerLog<Epoch> log;
  LedgerEntry<Epoch>& entry = entry_of(progress_batch<Epoch>({{{a_out, 0}, 1}}));
  entry.home = &home;
  log.append(entry);
  log.take_all([](const LedgerEntry<Epoch>& taken) { CHECK_FALSE(taken.batch.changes().empty()); });
  const std::unique_ptr<LedgerEntry<Epoch>> back(home.take());
  REQUIRE(back.get() == &entry);
  CHECK(back->batch.changes().empty());
}

TEST_CASE("a combiner's lock is held by one", "[combiner_lock]") {
  CombinerLock lock;
  CHECK(lock.try_lock());
  CHECK_FALSE(lock.try_lock());
  lock.unlock();
  lock.lock();
  CHECK_FALSE(lock.try_lock());
}

TEST_CASE("a publication shows what has moved, and where, and counts it at last", "[publication]") {
  Publication<Epoch> publication(4);
  const std::uint64_t before = publication.count();
  publication.publish({c_in, a_out}, false, [&](LocationId location) {
    CHECK(publication.count() == before);  // nobody is told of a part
    return Antichain<Epoch>{location.value + 10};
  });
  CHECK(publication.count() == before + 2);
  CHECK(publication.recent_move(before + 1) == c_in);
  CHECK(publication.recent_move(before + 2) == a_out);
  CHECK(frontier_of(publication.frontier(c_in)) == Antichain<Epoch>{c_in.value + 10});
  CHECK(frontier_of(publication.frontier(b_in)) == Antichain<Epoch>{0});
  CHECK_FALSE(publication.complete());
  publication.publish({}, true, [](LocationId) { return Antichain<Epoch>{}; });
  CHECK(publication.complete());
  CHECK(publication.count() == before + 2);
}

TEST_CASE("readers ask the ledger once, and again when it has given them up", "[readers]") {
  Readers readers(4, 2);
  CHECK(readers.request(c_in));
  CHECK_FALSE(readers.request(c_in));
  CHECK_FALSE(readers.reads(c_in));  // the ledger has yet to hear of it
  readers.begin(c_in);
  CHECK(readers.reads(c_in));
  CHECK_FALSE(readers.reads(b_in));

  const auto nobody = [](std::uint32_t worker) { FAIL("worker " << worker << " was woken"); };
  int moves = 0;
  while (!readers.wake_or_give_up(c_in, nobody)) REQUIRE(++moves < 100);
  CHECK_FALSE(readers.reads(c_in));
  CHECK(readers.request(c_in));
}

TEST_CASE("a location is read as long as somebody waits there now and then", "[readers]") {
  Readers readers(4, 2);
  readers.request(c_in);
  readers.begin(c_in);
  const auto ignore = [](std::uint32_t) {};
  int moves = 0;  // without a waiter, after which it is given up
  while (!readers.wake_or_give_up(c_in, ignore)) ++moves;
  readers.request(c_in);
  readers.begin(c_in);
  for (int round = 0; round != 5; ++round) {
    for (int move = 0; move != moves; ++move) CHECK_FALSE(readers.wake_or_give_up(c_in, ignore));
    readers.waiters().arm(c_in.value, 1);
    std::vector<std::uint32_t> woken;
    CHECK_FALSE(readers.wake_or_give_up(c_in, [&](auto worker) { woken.push_back(worker); }));
    CHECK(woken == std::vector<std::uint32_t>{1});
    readers.waiters().disarm(c_in.value, 1);
  }
  CHECK(readers.reads(c_in));
}

}  // namespace
}  // namespace tidemark::ledger_pieces_test
