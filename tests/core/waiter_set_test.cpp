// SPDX-License-Identifier: MIT
//
// Waiter sets under threads: no wake-up is lost.
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <thread>

namespace tidemark::waiter_set_test {
namespace {

using namespace tests;

TEST_CASE("a worker that registers and looks, or looks again when woken, misses no publication",
          "[shared_ledger][waiter_set][race][stress]") {
  // A ring: worker k may go on to round r + 1 when its predecessor has.
  constexpr std::uint32_t workers = 4;
  constexpr std::uint64_t rounds = 4000 / slowdown;
  TopologyBuilder<Epoch> builder;
  for (std::uint32_t w = 0; w != workers; ++w) builder.add_operator("op", 0, 1);
  ProgressBatch<Epoch> initial;
  for (std::uint32_t w = 0; w != workers; ++w) initial.update({{w}, 0}, 1);
  initial.compact();
  std::vector<std::atomic<std::uint32_t>> woken(workers);
  std::vector<std::atomic<std::uint64_t>> round_of(workers);
  SharedLedger<Epoch> ledger(
      std::make_shared<Topology<Epoch>>(std::move(builder).freeze()), workers,
      NegativeCounts::forbidden, initial,
      [&](std::uint32_t w) {
        if (w >= workers) return;
        woken[w].store(1);
        woken[w].notify_one();
      },
      nullptr);
  for (std::uint32_t w = 0; w != workers; ++w) ledger.watch({w});

  Watchdog watchdog([&] {
    std::string who;
    for (std::uint32_t w = 0; w != workers; ++w)
      who += "worker " + std::to_string(w) + " in round " + std::to_string(round_of[w].load()) +
             " waits for " + std::to_string((w + workers - 1) % workers) + ", whose frontier is " +
             tidemark::to_text(frontier_of(ledger.published({w}))) + "; ";
    return who;
  });
  const auto run = [&](std::uint32_t w) {
    const LocationId before{(w + workers - 1) % workers};
    for (std::uint64_t round = 0; round != rounds; ++round) {
      round_of[w].store(round);
      const Epoch wanted{w == 0 ? round : round + 1};
      ledger.waiters().arm(before.value, w);
      while (frontier_of(ledger.published(before)).less_than_to(wanted)) {
        woken[w].wait(0);
        woken[w].store(0);
      }
      ledger.waiters().disarm(before.value, w);
      ledger.append(
          entry_of(progress_batch<Epoch>({{{{w}, round}, -1}, {{{w}, round + 1}, +1}}), w));
      combine_all(ledger);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t w = 0; w != workers; ++w) threads.emplace_back(run, w);
  }
  CHECK(frontier_of(ledger.published({workers - 1})) == Antichain<Epoch>{rounds});
}

}  // namespace
}  // namespace tidemark::waiter_set_test
