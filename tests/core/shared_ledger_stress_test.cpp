// SPDX-License-Identifier: MIT
//
// The shared ledger under threads: nothing is left in its log, no frontier leads or moves back.
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

namespace tidemark::shared_ledger_stress_test {
namespace {

using namespace tests;
using Pair = Product<Epoch, Epoch>;

Epoch later(Epoch time, Random& random) {
  return Epoch{time.value + random.below(3)};
}
Pair later(Pair time, Random& random) {
  return {later(time.first, random), later(time.second, random)};
}

/// One worker of a -> b -> c that sends, holds and consumes as its seed says. It appends before it
/// delivers, and complains about a published frontier that has passed what it holds.
template <Timestamp T>
class Player {
 public:
  Player(std::uint32_t index, std::vector<std::unique_ptr<Player>>& players,
         SharedLedger<T>& ledger, std::uint64_t seed)
      : index_(index),
        players_(&players),
        ledger_(&ledger),
        random_(seed * 1000 + index) {}

  void run(int steps) {
    for (int i = 0; i != steps; ++i) {
      step();
      if (random_.below(32) == 0) std::this_thread::yield();
    }
  }

  void drop_all() {
    if (at_a_) change(a_out, *at_a_, -1);
    at_a_.reset();
    for (const T& time : at_b_) change(b_out, time, -1);
    at_b_.clear();
    report();
  }

  /// Consumes what comes until nothing is left anywhere.
  void finish() {
    drop_all();
    while (!ledger_->complete()) {
      while (step_mail()) {
      }
      drop_all();
      std::this_thread::yield();
    }
  }

  std::uint64_t appended() const { return appended_; }
  /// All that it has appended.
  const ProgressBatch<T>& sum() {
    sum_.compact();
    return sum_;
  }
  int complaints() const { return complaints_; }

 private:
  struct Mail {
    LocationId to;
    T time;
  };

  void step() {
    for (int i = 0; i != 3; ++i) {
      switch (random_.below(4)) {
        case 0:
          if (at_a_) send(b_in, *at_a_);
          break;
        case 1:
          if (at_a_) {
            const T next = later(*at_a_, random_);
            change(a_out, next, +1);
            change(a_out, *at_a_, -1);
            at_a_ = next;
          }
          break;
        case 2:
          if (!at_b_.empty()) {
            send(c_in, at_b_.back());
            change(b_out, at_b_.back(), -1);
            at_b_.pop_back();
          }
          break;
        default:
          step_mail();
      }
    }
    report();
    check();
  }

  bool step_mail() {
    Mail mail;
    {
      const std::lock_guard lock(mutex_);
      if (mails_.empty()) return false;
      mail = mails_.front();
      mails_.pop_front();
    }
    expect_not_passed(mail.to, mail.time);
    change(mail.to, mail.time, -1);
    if (mail.to == b_in) {
      at_b_.push_back(later(mail.time, random_));
      change(b_out, at_b_.back(), +1);
    }
    return true;
  }

  void send(LocationId to, const T& time) {
    change(to, time, +1);
    outbox_.emplace_back(static_cast<std::uint32_t>(random_.below(players_->size())),
                         Mail{to, time});
  }

  void change(LocationId location, const T& time, std::int64_t diff) {
    pending_.update({location, time}, diff);
  }

  void report() {
    pending_.compact();
    if (!pending_.empty()) {
      for (const auto& [pointstamp, diff] : pending_.changes()) sum_.update(pointstamp, diff);
      ledger_->append(entry_of(std::exchange(pending_, {}), index_));
      ++appended_;
    }
    for (const auto& [to, mail] : outbox_) {
      Player& player = *(*players_)[to];
      const std::lock_guard lock(player.mutex_);
      player.mails_.push_back(mail);
    }
    outbox_.clear();
    if (random_.below(32) == 0) std::this_thread::yield();
    combine_all(*ledger_);
  }

  void check() {
    if (at_a_)
      for (const LocationId location : {a_out, b_in, b_out, c_in})
        expect_not_passed(location, *at_a_);
    for (const T& time : at_b_) expect_not_passed(c_in, time);
  }

  void expect_not_passed(LocationId location, const T& time) {
    if (!frontier_of(ledger_->published(location)).less_equal_to(time)) ++complaints_;
  }

  std::uint32_t index_;
  std::vector<std::unique_ptr<Player>>* players_;
  SharedLedger<T>* ledger_;
  Random random_;
  std::optional<T> at_a_ = T::minimum();
  std::vector<T> at_b_;
  ProgressBatch<T> pending_;
  std::vector<std::pair<std::uint32_t, Mail>> outbox_;
  std::uint64_t appended_ = 0;
  int complaints_ = 0;
  ProgressBatch<T> sum_;
  std::mutex mutex_;
  std::deque<Mail> mails_;
};

template <Timestamp T>
void stress(std::uint32_t workers, std::uint64_t seed, int steps) {
  const auto topology = three_in_a_row<T>();
  const auto initial = progress_batch<T>({{{a_out, T::minimum()}, workers}});
  SharedLedger<T> ledger(
      topology, workers, NegativeCounts::forbidden, initial, [](std::uint32_t) {}, nullptr);
  std::vector<std::unique_ptr<Player<T>>> players;
  for (std::uint32_t w = 0; w != workers; ++w)
    players.push_back(std::make_unique<Player<T>>(w, players, ledger, seed));
  for (const LocationId location : {a_out, b_in, b_out, c_in}) {
    ledger.waiters().arm(location.value, 0);
    ledger.watch(location);
  }

  const auto in_threads = [&](const auto& body) {
    std::vector<std::jthread> threads;
    for (const auto& player : players) threads.emplace_back([&] { body(*player); });
  };
  std::atomic<int> moved_back{0};
  {
    std::jthread reader([&](const std::stop_token& stop) {
      std::vector<Antichain<T>> last(4, Antichain<T>{T::minimum()});
      for (; !stop.stop_requested(); std::this_thread::yield())
        for (std::uint32_t l = 0; l != 4; ++l) {
          const Antichain<T> now = frontier_of(ledger.published({l}));
          if (!last[l].dominates(now)) moved_back.fetch_add(1);
          last[l] = now;
        }
    });
    in_threads([steps](Player<T>& player) { player.run(steps); });
  }
  CHECK(moved_back.load() == 0);

  // All have stopped, and nobody calls `combine` any more: the log must be empty.
  std::uint64_t appended = 0;
  Ledger<T> truth(topology, NegativeCounts::allowed);
  truth.apply(initial);
  for (const auto& player : players) {
    appended += player->appended();
    CHECK(player->complaints() == 0);
    truth.apply(player->sum());
  }
  truth.propagate([](LocationId, const auto&, const auto&) {});
  CHECK(ledger.snapshot().sequence == 1 + appended);
  for (std::uint32_t l = 0; l != 4; ++l)
    CHECK(frontier_of(ledger.published({l})) == truth.frontier({l}));

  Watchdog watchdog("players of the shared ledger wait for its end");
  in_threads([](Player<T>& player) { player.finish(); });
  CHECK(ledger.complete());
  for (std::uint32_t l = 0; l != 4; ++l) CHECK(frontier_of(ledger.published({l})).empty());
  for (const auto& player : players) CHECK(player->complaints() == 0);
}

TEMPLATE_TEST_CASE("threads that share a ledger leave nothing in its log and no frontier leads",
                   "[shared_ledger][race][stress]", Epoch, Pair) {
  for (const std::uint32_t workers : {2u, 3u, 8u})
    for (std::uint64_t seed = 0; seed != 16u / slowdown; ++seed)
      stress<TestType>(workers, seed, 300);
}

TEMPLATE_TEST_CASE_SIG(
    "half a million batches of many threads end where the sequential ledger ends",
    "[shared_ledger][race][stress]", ((std::uint32_t workers), workers), 2, 4, 8, 16) {
  stress<Epoch>(workers, 99, 500'000 / static_cast<int>(workers) / (slowdown * slowdown));
}

TEST_CASE("the last entry is applied whoever of two threads gets the lock",
          "[shared_ledger][race][stress]") {
  for (int repeat = 0; repeat != 1000 / slowdown; ++repeat) {
    SharedLedger<Epoch> ledger(
        three_in_a_row<Epoch>(), 2, NegativeCounts::forbidden,
        progress_batch<Epoch>({{{a_out, 0}, 2}}), [](std::uint32_t) {}, nullptr);
    std::atomic<int> ready{0};
    const auto worker = [&] {
      ready.fetch_add(1);
      while (ready.load() != 2) std::this_thread::yield();
      for (std::uint64_t n = 0; n != 20; ++n) {
        ledger.append(entry_of(progress_batch<Epoch>({{{a_out, n}, -1}, {{a_out, n + 1}, +1}})));
        combine_all(ledger);
      }
      ledger.append(entry_of(progress_batch<Epoch>({{{a_out, 20}, -1}})));
      combine_all(ledger);
    };
    {
      const std::jthread one(worker);
      const std::jthread two(worker);
    }
    REQUIRE(ledger.complete());
  }
}

}  // namespace
}  // namespace tidemark::shared_ledger_stress_test
