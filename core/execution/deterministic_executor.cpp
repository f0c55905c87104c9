// SPDX-License-Identifier: MIT
//
// The deterministic executor: one runs at a time, and the seed says which.
#include <tidemark/core/error.hpp>
#include <tidemark/core/execution/coroutine.hpp>
#include <tidemark/core/execution/timer_queue.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/scheduler.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

/// A closure that is a task whenever it can go on.
class TaskFiber final : public Fiber, public Task {
 public:
  TaskFiber(Executor& executor, std::uint32_t worker, std::function<void(Fiber&)> body)
      : executor_(&executor),
        worker_(worker),
        coroutine_([this, body = std::move(body)] { body(*this); }) {}

  /// What has begun goes on to its end, which is near, since the run has failed.
  ~TaskFiber() override {
    while (coroutine_.started()) coroutine_.resume();
  }

  void suspend(const std::function<void()>& parked) override {
    parked();
    coroutine_.pause();
  }
  void resume() override { executor_->submit(*this); }
  void yield() override {
    suspend([this] { resume(); });
  }

  void run() override { coroutine_.resume(); }
  std::uint32_t worker() const override { return worker_; }

 private:
  Executor* executor_;
  std::uint32_t worker_;
  Coroutine coroutine_;
};

class DeterministicExecutor final : public Executor {
 public:
  DeterministicExecutor(std::uint64_t seed, std::chrono::nanoseconds turn,
                        std::unique_ptr<WorkerOrder> order)
      : random_(seed),
        turn_(turn),
        order_(std::move(order)) {}
  ~DeterministicExecutor() override { timers_->close(); }

  void submit(Task& task) override {
    if (turn_.count() == 0) {
      runnable_.push_back(&task);
    } else {
      later_.emplace_back(now_ + turn_, &task);
    }
  }

  Timer call_at(Clock::time_point when, std::function<void()> action) override {
    return timers_->add(when, std::move(action));
  }
  Clock::time_point now() const override { return now_; }
  bool has_virtual_time() const override { return true; }

  void spawn(std::uint32_t worker, std::function<void(Fiber&)> body) override {
    submit(*fibers_.emplace_back(std::make_unique<TaskFiber>(*this, worker, std::move(body))));
  }

  void serve() override {
    while (!stopped_) {
      if (!runnable_.empty()) {
        take_next().run();
      } else {
        let_time_pass();
      }
    }
  }

  std::uint32_t threads() const override { return 1; }
  std::uint32_t this_thread() const override { return 0; }

  void stop() override {
    stopped_ = true;
    timers_->stop();
  }

 private:
  Task& take_next() {
    if (order_) [[unlikely]]
      return take_chosen();
    Task*& choice = runnable_[random_.below(runnable_.size())];
    Task* const task = std::exchange(choice, runnable_.back());
    runnable_.pop_back();
    return *task;
  }
  Task& take_chosen() {
    std::vector<std::uint32_t> ready;
    for (const Task* const task : runnable_) ready.push_back(task->worker());
    const std::size_t choice = order_->next(ready);
    if (choice >= ready.size())
      throw DataflowError("the scheduler chose worker " + std::to_string(choice) + " of " +
                          std::to_string(ready.size()) + " that are ready, counted from 0");
    Task* const task = runnable_[choice];
    runnable_.erase(runnable_.begin() + static_cast<std::ptrdiff_t>(choice));
    return *task;
  }

  /// Goes on to the next turn that is over or, if that comes first, calls the next action.
  void let_time_pass() {
    const std::optional<Clock::time_point> timer = timers_->first();
    if (!later_.empty() && (!timer || later_.front().first <= *timer)) {
      now_ = later_.front().first;
      for (; !later_.empty() && later_.front().first == now_; later_.pop_front())
        runnable_.push_back(later_.front().second);
    } else if (timer) {
      now_ = std::max(now_, *timer);
      timers_->call_first(now_);
    } else {
      throw StuckError("the run is stuck: nothing is left to run and no timer is set");
    }
  }

  Random random_;
  std::chrono::nanoseconds turn_;
  std::unique_ptr<WorkerOrder> order_;  // null: the seed's
  Clock::time_point now_{};
  bool stopped_ = false;
  std::vector<Task*> runnable_;                            // now; if there is an order, in that of
                                                           // becoming so
  std::deque<std::pair<Clock::time_point, Task*>> later_;  // when their turn is over; in order
  std::shared_ptr<TimerQueue> timers_ = std::make_shared<TimerQueue>();
  std::vector<std::unique_ptr<TaskFiber>> fibers_;
};

}  // namespace

std::unique_ptr<Executor> make_deterministic_executor(std::uint64_t seed,
                                                      std::chrono::nanoseconds turn) {
  return make_deterministic_executor(seed, turn, nullptr);
}

std::unique_ptr<Executor> make_deterministic_executor(std::uint64_t seed,
                                                      std::chrono::nanoseconds turn,
                                                      std::unique_ptr<WorkerOrder> order) {
  return std::make_unique<DeterministicExecutor>(seed, turn, std::move(order));
}

}  // namespace tidemark
