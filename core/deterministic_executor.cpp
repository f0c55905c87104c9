// SPDX-License-Identifier: MIT
//
// The deterministic executor: one runs at a time, and the seed says which.
#include <tidemark/core/executor.hpp>
#include <tidemark/core/random.hpp>

#include <deque>
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
  DeterministicExecutor(std::uint64_t seed, std::chrono::nanoseconds turn)
      : random_(seed),
        turn_(turn) {}

  void submit(Task& task) override {
    if (turn_.count() == 0) {
      runnable_.push_back(&task);
    } else {
      later_.emplace_back(now_ + turn_, &task);
    }
  }

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
        Task*& choice = runnable_[random_.below(runnable_.size())];
        Task* const task = std::exchange(choice, runnable_.back());
        runnable_.pop_back();
        task->run();
      } else if (!later_.empty() &&
                 (timers_.empty() || later_.front().first <= timers_.begin()->first)) {
        now_ = later_.front().first;
        for (; !later_.empty() && later_.front().first == now_; later_.pop_front())
          runnable_.push_back(later_.front().second);
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
  std::chrono::nanoseconds turn_;
  Clock::time_point now_{};
  bool stopped_ = false;
  std::vector<Task*> runnable_;                            // now
  std::deque<std::pair<Clock::time_point, Task*>> later_;  // when their turn is over; in order
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  std::vector<std::unique_ptr<BatonFiber>> fibers_;
};

}  // namespace

std::unique_ptr<Executor> make_deterministic_executor(std::uint64_t seed,
                                                      std::chrono::nanoseconds turn) {
  return std::make_unique<DeterministicExecutor>(seed, turn);
}

}  // namespace tidemark
