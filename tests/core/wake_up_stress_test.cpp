// SPDX-License-Identifier: MIT
//
// Wake-ups under threads: whoever waits for a frontier of the shared ledger is woken when it moves.
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <semaphore>
#include <thread>

namespace tidemark::wake_up_stress_test {
namespace {

using namespace tests;

/// Waits, the way a worker does, for one frontier after the other to pass a timestamp.
class Sleeper {
 public:
  Sleeper(std::uint32_t index, SharedLedger<Epoch>& ledger, std::uint64_t seed)
      : index_(index),
        ledger_(&ledger),
        random_(seed * 100 + index) {}

  void wake() { woken_.release(); }

  /// Has each wait begin where the frontier just is, so that it often moves meanwhile.
  void run() {
    std::uint64_t now = 0;
    while (now != done) {
      const auto location = static_cast<std::uint32_t>(random_.below(4));
      location_.store(location, std::memory_order_relaxed);
      ledger_->waiters().arm(location, index_);
      ledger_->watch({location});
      const std::uint64_t before = now;
      // Publications of other locations wake nobody here, but looking once too often does no harm.
      while ((now = frontier_at(location)) <= before) {
        waits_.store(true, std::memory_order_relaxed);
        woken_.acquire();
        waits_.store(false, std::memory_order_relaxed);
        combine_all(*ledger_);  // it may have been woken for a rest
      }
      ledger_->waiters().disarm(location, index_);
      now = std::min(now, frontier_at(3));
      ++passed_;
      if (random_.below(32) == 0) std::this_thread::yield();
    }
  }

  std::uint64_t passed() const { return passed_; }

  std::string says() const {
    if (!waits_.load(std::memory_order_relaxed)) return "";
    const std::uint32_t location = location_.load(std::memory_order_relaxed);
    const std::uint64_t frontier = frontier_at(location);
    return "waiter " + std::to_string(index_) + " waits at location " + std::to_string(location) +
           ", whose frontier is " + (frontier == done ? "empty" : std::to_string(frontier)) + "\n";
  }

 private:
  static constexpr std::uint64_t done = ~std::uint64_t{0};

  std::uint64_t frontier_at(std::uint32_t location) const {
    const Antichain<Epoch> frontier = frontier_of(ledger_->published({location}));
    return frontier.empty() ? done : frontier.begin()->value;
  }

  std::uint32_t index_;
  SharedLedger<Epoch>* ledger_;
  Random random_;
  std::counting_semaphore<> woken_{0};
  std::atomic<bool> waits_{false};
  std::atomic<std::uint32_t> location_{0};
  std::uint64_t passed_ = 0;
};

void stress(std::uint32_t writers, std::uint32_t waiters, std::uint64_t epochs,
            std::uint64_t seed) {
  std::vector<std::unique_ptr<Sleeper>> sleepers;
  SharedLedger<Epoch> ledger(
      three_in_a_row<Epoch>(), waiters, NegativeCounts::forbidden,
      progress_batch<Epoch>({{{a_out, 0}, writers}}),
      [&](std::uint32_t waiter) {
        for (std::uint32_t w = 0; w != sleepers.size(); ++w)
          if (waiter == w || waiter == SharedLedger<Epoch>::everyone) sleepers[w]->wake();
      },
      nullptr);
  for (std::uint32_t w = 0; w != waiters; ++w)
    sleepers.push_back(std::make_unique<Sleeper>(w, ledger, seed));

  Watchdog watchdog([&] {
    std::string all = "a wake-up was lost: ";
    for (const auto& sleeper : sleepers) all += sleeper->says();
    return all;
  });
  std::vector<std::jthread> threads;
  for (const auto& sleeper : sleepers) threads.emplace_back([&sleeper] { sleeper->run(); });
  for (std::uint32_t w = 0; w != writers; ++w)
    threads.emplace_back([&, w] {
      Random random(seed * 1000 + w);
      for (std::uint64_t n = 0; n != epochs; ++n) {
        ledger.append(entry_of(progress_batch<Epoch>({{{a_out, n}, -1}, {{a_out, n + 1}, +1}})));
        combine_all(ledger);
        if (random.below(32) == 0) std::this_thread::yield();
      }
      ledger.append(entry_of(progress_batch<Epoch>({{{a_out, epochs}, -1}})));
      combine_all(ledger);
    });
  threads.clear();
  CHECK(ledger.complete());
  for (const auto& sleeper : sleepers) CHECK(sleeper->passed() != 0);
}

TEST_CASE("whoever waits for a frontier is woken when it moves, with any number of threads",
          "[shared_ledger][race][stress]") {
  for (const std::uint32_t writers : {1u, 2u, 4u})
    for (const std::uint32_t waiters : {1u, 3u, 12u})
      for (std::uint64_t seed = 0; seed != 4; ++seed)
        stress(writers, waiters, 2000 / slowdown, seed);
}

}  // namespace
}  // namespace tidemark::wake_up_stress_test
