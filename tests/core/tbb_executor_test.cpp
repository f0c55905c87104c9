// SPDX-License-Identifier: MIT
//
// What only the oneTBB executor promises. Not run by the thread sanitizer, since the library is not
// instrumented.
#include <tidemark/core/executor.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace tidemark::tbb_executor_test {
namespace {

TEST_CASE("an arena of two threads is served by two threads", "[tbb]") {
  if (!tests::with_tbb) return;
  tests::Watchdog watchdog("two tasks that each wait for the other to run");
  struct Meeting final : Task {
    void run() override {
      {
        const std::lock_guard lock(*mutex);
        threads->insert(std::this_thread::get_id());
      }
      present->fetch_add(1);
      while (present->load() < 2) std::this_thread::yield();  // holds this thread
      if (left->fetch_sub(1) == 1) executor->stop();
    }
    Executor* executor = nullptr;
    std::mutex* mutex = nullptr;
    std::set<std::thread::id>* threads = nullptr;
    std::atomic<int>* present = nullptr;
    std::atomic<int>* left = nullptr;
  };
  const auto executor = make_tbb_executor(2);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> present{0};
  std::atomic<int> left{2};
  Meeting meetings[2];
  for (Meeting& meeting : meetings) {
    meeting.executor = executor.get();
    meeting.mutex = &mutex;
    meeting.threads = &threads;
    meeting.present = &present;
    meeting.left = &left;
    executor->submit(meeting);
  }
  executor->serve();
  CHECK(threads.size() == 2);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("all sizes of arena give the same result", "[tbb]") {
  if (!tests::with_tbb) return;
  std::set<std::vector<std::pair<std::uint64_t, std::uint64_t>>> results;
  for (const std::uint32_t threads : {0u, 1u, 2u, 3u, 8u}) {
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end({.workers = 5, .threads = threads}, [&](Scope<Epoch>& scope) {
      auto held = tests::hold(
          tests::rounds(scope, 20, tests::numbers(10)), tests::by_hash(),
          [](std::uint64_t record) { return record % 4; }, arrivals);
      tests::collect(held, tests::by_value(), arrivals);
    });
    CHECK(arrivals.complaints().empty());
    results.insert(arrivals.sorted());
  }
  CHECK(results.size() == 1);
  CHECK(results.begin()->size() == 5 * 20 * 10);
}

}  // namespace
}  // namespace tidemark::tbb_executor_test
