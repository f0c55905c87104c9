// SPDX-License-Identifier: MIT
//
// The executor on oneTBB. Nothing else in the library includes oneTBB.
#include <tidemark/core/alternate_stack.hpp>
#include <tidemark/core/execution/coroutine.hpp>
#include <tidemark/core/execution/timer_thread.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/pin_thread.hpp>
#include <tidemark/core/start_thread.hpp>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

/// As many of `wanted` threads as there can be, beside three for timers and signals. Throws
/// ThreadError if there can be none.
///
/// oneTBB, which keeps those that it has, cannot be asked: what it was given to do while it failed
/// to start one may be done or not.
int threads_to_have(int wanted) {
  static std::atomic<int> known = 0;
  if (wanted <= known) return wanted;
  constexpr int others = 3;
  std::latch go(1);
  std::vector<std::jthread> started;
  started.reserve(static_cast<std::size_t>(wanted) + static_cast<std::size_t>(others));
  int missing = wanted + others;
  try {
    for (; missing != 0; --missing) started.push_back(start_thread([&go] { go.wait(); }));
  } catch (const ThreadError&) {
    if (missing >= wanted) {
      go.count_down();
      throw;
    }
  }
  go.count_down();
  if (missing == 0) known = std::max(wanted, known.load());
  return wanted - missing;
}

/// A closure that the arena runs as a task, from one suspension to the next.
class TbbFiber final : public Fiber {
 public:
  /// `enqueue` puts a task behind those that the arena has.
  TbbFiber(std::function<void(TbbFiber&)> enqueue, std::function<void(Fiber&)> body)
      : enqueue_(std::move(enqueue)),
        coroutine_([this, body = std::move(body)] { body(*this); }) {}

  void suspend(const std::function<void()>& parked) override {
    parked_ = parked;
    coroutine_.pause();
  }
  void resume() override { enqueue_(*this); }
  void yield() override {
    suspend([this] { resume(); });
  }

  /// After `parked` it may run on another thread, and end.
  void run() {
    coroutine_.resume();
    if (const std::function<void()> parked = std::exchange(parked_, nullptr)) parked();
  }

 private:
  std::function<void(TbbFiber&)> enqueue_;
  Coroutine coroutine_;
  std::function<void()> parked_;
};

class TbbExecutor final : public Executor {
 public:
  TbbExecutor(std::uint32_t threads, bool pins)
      : pins_(pins),
        threads_(threads_to_have(threads != 0 ? static_cast<int>(threads)
                                              : tbb::info::default_concurrency())),
        // One more than the arena has, since the caller of `serve` counts as a thread but waits
        // outside, and no slot reserved for it: else an arena of two is served by one thread.
        limit_(tbb::global_control::max_allowed_parallelism,
               static_cast<std::size_t>(threads_) + 1),
        arena_(threads_, 0) {}

  ~TbbExecutor() override {
    timers_.join();
    wait_until_idle();
  }

  void submit(Task& task) override {
    enqueue([&task] { task.run(); });
  }

  Timer call_at(Clock::time_point when, std::function<void()> action) override {
    return timers_.call_at(when, std::move(action));
  }
  Clock::time_point now() const override { return Clock::now(); }

  void spawn(std::uint32_t, std::function<void(Fiber&)> body) override {
    auto fiber = std::make_unique<TbbFiber>(
        [this](TbbFiber& ready) { enqueue([&ready] { ready.run(); }); }, std::move(body));
    TbbFiber& spawned = *fiber;
    {
      const std::lock_guard lock(mutex_);
      fibers_.push_back(std::move(fiber));
    }
    spawned.resume();
  }

  void serve() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_; });
    lock.unlock();
    timers_.join();  // goes first, since an action may enqueue a task
    wait_until_idle();
  }

  std::uint32_t threads() const override { return static_cast<std::uint32_t>(threads_); }
  std::uint32_t this_thread() const override {
    const int slot = tbb::this_task_arena::current_thread_index();
    return 0 <= slot && slot < threads_ ? static_cast<std::uint32_t>(slot) : 0;
  }

  void stop() override {
    timers_.stop();
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  template <typename Body>
  void enqueue(Body body) {
    running_.fetch_add(1, std::memory_order_relaxed);
    arena_.enqueue([this, body = std::move(body)] {
      have_alternate_stack();              // as a thread of this library has from its start
      std::optional<PinnedThread> pinned;  // not longer: it is a thread of the whole program
      if (pins_) pinned.emplace(this_thread());
      body();
      leave();
    });
  }

  /// The last task out decrements under the lock, so that whoever sees 0 under the lock may destroy
  /// it.
  void leave() {
    std::int64_t running = running_.load(std::memory_order_relaxed);
    while (running > 1)
      if (running_.compare_exchange_weak(running, running - 1, std::memory_order_release)) return;
    const std::lock_guard lock(mutex_);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) changed_.notify_all();
  }

  void wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_.load(std::memory_order_acquire) == 0; });
  }

  const bool pins_;
  const int threads_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
  std::atomic<std::int64_t> running_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::vector<std::unique_ptr<TbbFiber>> fibers_;
  TimerThread timers_;
};

}  // namespace

std::unique_ptr<Executor> make_tbb_executor(std::uint32_t threads, bool pins) {
  return std::make_unique<TbbExecutor>(threads, pins);
}

}  // namespace tidemark
