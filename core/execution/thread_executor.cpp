// SPDX-License-Identifier: MIT
//
// The executor of plain threads.
#include <tidemark/core/execution/timer_thread.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/pin_thread.hpp>
#include <tidemark/core/start_thread.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

class ThreadFiber final : public Fiber {
 public:
  void suspend(const std::function<void()>& parked) override {
    parked();
    resumed_.acquire();
  }
  void resume() override { resumed_.release(); }
  void yield() override {}  // it holds no thread that others need

 private:
  std::binary_semaphore resumed_{0};
};

class ThreadExecutor final : public Executor {
 public:
  ThreadExecutor(std::uint32_t threads, bool pins)
      : pins_(pins),
        threads_(threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency())) {}

  void submit(Task& task) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(&task);
    }
    changed_.notify_one();
  }

  Timer call_at(Clock::time_point when, std::function<void()> action) override {
    return timers_.call_at(when, std::move(action));
  }
  Clock::time_point now() const override { return Clock::now(); }

  void spawn(std::uint32_t worker, std::function<void(Fiber&)> body) override {
    const std::lock_guard lock(mutex_);
    ThreadFiber& fiber = *fibers_.emplace_back(std::make_unique<ThreadFiber>());
    closures_.push_back(start_thread([this, body = std::move(body), &fiber, worker] {
      const std::optional<PinnedThread> pinned = begin_thread(worker % threads_);
      body(fiber);
    }));
  }

  void serve() override {
    std::vector<std::jthread> others;
    try {
      for (std::uint32_t i = 1; i < threads_; ++i)
        others.push_back(start_thread([this, i] {
          const std::optional<PinnedThread> pinned = begin_thread(i);
          take_tasks();
        }));
    } catch (const ThreadError&) {  // those that there are do the work
    }
    {
      const std::optional<PinnedThread> pinned = begin_thread(0);
      take_tasks();
    }
    timers_.join();
    others.clear();
    closures_.clear();
  }

  std::uint32_t threads() const override { return threads_; }
  /// The thread may have been one of an executor with more.
  std::uint32_t this_thread() const override { return std::min(this_thread_, threads_ - 1); }

  void stop() override {
    timers_.stop();
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::optional<PinnedThread> begin_thread(std::uint32_t number) {
    this_thread_ = number;
    return pins_ ? std::optional<PinnedThread>(std::in_place, number) : std::nullopt;
  }

  void take_tasks() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
      if (stopped_) return;
      Task* const task = queue_.front();
      queue_.pop_front();
      lock.unlock();
      task->run();
      lock.lock();
    }
  }

  /// Of a closure, which has a thread of its own, that of a task in its place.
  static thread_local std::uint32_t this_thread_;

  const bool pins_;
  const std::uint32_t threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task*> queue_;
  bool stopped_ = false;
  std::vector<std::unique_ptr<ThreadFiber>> fibers_;
  std::vector<std::jthread> closures_;
  TimerThread timers_;
};

thread_local std::uint32_t ThreadExecutor::this_thread_ = 0;

}  // namespace

std::unique_ptr<Executor> make_thread_executor(std::uint32_t threads, bool pins) {
  return std::make_unique<ThreadExecutor>(threads, pins);
}

}  // namespace tidemark
