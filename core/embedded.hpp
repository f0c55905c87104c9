// SPDX-License-Identifier: MIT
//
// Embedding: a worker in the calling thread, for programs that have a main loop of their own.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/execution/timer_queue.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/core/worker.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace tidemark {

/// One worker without an executor and without threads: nothing runs but in `step` and `step_while`.
///
///     Embedded embedded;
///     auto [input, probe] = embedded.worker().dataflow<Epoch>(build);
///     input.send(1);
///     input.close();
///     embedded.step_while([&] { return !probe.done(); });
///
/// What has not ended when it is destroyed is dropped: capabilities and inputs become inert, and no
/// sink is closed. Thread: any, one at a time; meanwhile others may activate operators, cancel
/// dataflows and ask for explanations, as long as it lives.
class Embedded {
 public:
  /// Of `config` the executor, threads, monitor and explain do not matter. Throws ConfigError
  /// unless there is one worker.
  explicit Embedded(const Config& config = {});
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;
  ~Embedded();

  /// Builds and cancels dataflows. It is driven by the functions below, which also call timers.
  Worker& worker() { return process_.worker(0); }

  /// Calls what timers are due and does a bounded amount of work. True if there may be more to do
  /// at once. Throws what user code throws, as StepError, and the same ever after.
  bool step();

  /// Steps while `condition()` holds. When there is nothing to do, waits for a timer or for another
  /// thread that activates an operator; so without these the condition must come to an end.
  template <typename Condition>
  void step_while(Condition&& condition) {
    while (condition())
      if (!step() && condition()) wait();
  }

  /// True while a dataflow has not ended.
  bool has_dataflows() { return worker().has_dataflows(); }

 private:
  void wait();

  /// The worker's closure is the thread that calls: it waits in `suspend`, and calls timers there.
  class Thread final : public Executor, public Fiber {
   public:
    void submit(Task& task) override;
    Timer call_at(Clock::time_point when, std::function<void()> action) override;
    Clock::time_point now() const override { return Clock::now(); }
    void spawn(std::uint32_t worker, std::function<void(Fiber&)> body) override;
    void serve() override;
    std::uint32_t threads() const override { return 1; }
    std::uint32_t this_thread() const override { return 0; }
    void stop() override {}

    void suspend(const std::function<void()>& parked) override;
    void resume() override;
    void yield() override {}

    void call_due();
    void drop_timers() { timers_->close(); }

   private:
    std::shared_ptr<TimerQueue> timers_ = std::make_shared<TimerQueue>();
    std::mutex mutex_;  // guards the rest, and is held between a look at the timers and the sleep
    std::condition_variable changed_;
    bool resumed_ = false;
  };

  StandardDescriptors standard_descriptors_;
  Thread thread_;
  Process process_;
};

}  // namespace tidemark
