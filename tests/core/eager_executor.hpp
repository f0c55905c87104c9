// SPDX-License-Identifier: MIT
//
// An adversary: an executor that runs a woken worker inside the very call that wakes it.
//
// So everything that another thread could do between two statements of a step is done there, in one
// thread and without luck: a batch is consumed before `post` returns, a woken worker appends while
// the combiner still holds its lock. One that is not run at once waits in a queue; the seed
// decides.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/execution/timer_queue.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/worker.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tidemark::tests {

class EagerExecutor final : public Executor {
 public:
  /// Runs `eager_percent` of the tasks at once.
  explicit EagerExecutor(std::uint64_t seed, std::uint32_t eager_percent = 100)
      : random_(seed),
        eager_percent_(eager_percent) {}
  ~EagerExecutor() override { timers_->close(); }

  void submit(Task& task) override {
    if (depth_ == max_depth || random_.below(100) >= eager_percent_) return queue_.push_back(&task);
    ++depth_;
    task.run();
    --depth_;
  }
  Timer call_at(Clock::time_point when, std::function<void()> action) override {
    return timers_->add(when, std::move(action));
  }
  Clock::time_point now() const override { return now_; }
  void spawn(std::uint32_t, std::function<void(Fiber&)>) override {
    throw std::logic_error("the eager executor runs no closures");
  }

  void serve() override {
    while (!stopped_) {
      if (!queue_.empty()) {
        const auto choice = static_cast<std::ptrdiff_t>(random_.below(queue_.size()));
        Task* const task = queue_[static_cast<std::size_t>(choice)];
        queue_.erase(queue_.begin() + choice);
        task->run();
      } else if (const auto timer = timers_->first()) {
        now_ = *timer;
        timers_->call_first(now_);
      } else {
        throw std::logic_error("the run is stuck");
      }
    }
  }
  std::uint32_t threads() const override { return 2; }
  /// A worker may have been run by another thread the last time.
  std::uint32_t this_thread() const override {
    return static_cast<std::uint32_t>(random_.below(threads()));
  }
  void stop() override { stopped_ = true; }

 private:
  static constexpr int max_depth = 64;

  mutable Random random_;
  std::uint32_t eager_percent_;
  int depth_ = 0;
  Clock::time_point now_{};
  bool stopped_ = false;
  std::vector<Task*> queue_;
  std::shared_ptr<TimerQueue> timers_ = std::make_shared<TimerQueue>();
};

/// Builds one dataflow on epochs at every worker and runs it to its end on an EagerExecutor. Throws
/// std::logic_error if a wake-up was lost.
template <typename Build>
void run_eagerly(Config config, std::uint32_t eager_percent, const Build& build) {
  config.executor = ExecutorKind::deterministic;  // for the transport between ledgers
  EagerExecutor executor(config.seed, eager_percent);
  Process process(config, executor);
  for (std::uint32_t w = 0; w != config.workers; ++w)
    process.worker(w).start([&build](Worker& self) {
      self.dataflow<Epoch>([&](Scope<Epoch>& scope) { build(scope); });
    });
  executor.serve();
  process.rethrow_failure();
}

}  // namespace tidemark::tests
