// SPDX-License-Identifier: MIT
//
// The deterministic executor: one runs at a time, and the seed says which.
#include <tidemark/core/executor.hpp>
#include <tidemark/core/random.hpp>

#include <map>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

/// A closure on a thread of its own that runs only while it holds the baton.
class BatonFiber final : public Fiber, public Task {
 public:
  BatonFiber(Executor& executor, std::function<void(Fiber&)> body)
      : executor_(&executor),
        thread_([this, body = std::move(body)] {
          baton_.acquire();
          if (!abandoned_) body(*this);
          returned_.release();
        }) {}

  ~BatonFiber() override {
    abandoned_ = true;  // seen only by a closure that never began
    baton_.release();
  }

  void suspend(const std::function<void()>& parked) override {
    parked();
    returned_.release();
    baton_.acquire();
  }
  void resume() override { executor_->submit(*this); }
  void yield() override {
    suspend([this] { resume(); });
  }

  /// Hands the baton over and waits until it comes back.
  void run() override {
    baton_.release();
    returned_.acquire();
  }

 private:
  Executor* executor_;
  std::counting_semaphore<> baton_{0};
  std::binary_semaphore returned_{0};
  bool abandoned_ = false;
  std::jthread thread_;
};

class DeterministicExecutor final : public Executor {
 public:
  explicit DeterministicExecutor(std::uint64_t seed) : random_(seed) {}

  void submit(Task& task) override { runnable_.push_back(&task); }

  void call_at(Clock::time_point when, std::function<void()> action) override {
    timers_.emplace(when, std::move(action));
  }
  Clock::time_point now() const override { return now_; }

  void spawn(std::function<void(Fiber&)> body) override {
    submit(*fibers_.emplace_back(std::make_unique<BatonFiber>(*this, std::move(body))));
  }

  void serve() override {
    while (!stopped_) {
      if (!runnable_.empty()) {
        const auto choice = static_cast<std::ptrdiff_t>(random_.below(runnable_.size()));
        Task* const task = runnable_[static_cast<std::size_t>(choice)];
        runnable_.erase(runnable_.begin() + choice);
        task->run();
      } else if (!timers_.empty()) {
        const auto first = timers_.begin();
        now_ = std::max(now_, first->first);
        const std::function<void()> action = std::move(first->second);
        timers_.erase(first);
        action();
      } else {
        throw StuckError("the run is stuck: nothing is left to run and no timer is set");
      }
    }
  }

  void stop() override { stopped_ = true; }

 private:
  Random random_;
  Clock::time_point now_{};
  bool stopped_ = false;
  std::vector<Task*> runnable_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  std::vector<std::unique_ptr<BatonFiber>> fibers_;
};

}  // namespace

std::unique_ptr<Executor> make_deterministic_executor(std::uint64_t seed) {
  return std::make_unique<DeterministicExecutor>(seed);
}

}  // namespace tidemark
