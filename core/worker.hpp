// SPDX-License-Identifier: MIT
//
// A worker: one shard of every operator of every dataflow, run single-threaded.
//
// A worker is not a thread. It is a task that its executor runs when it has something to do, or a
// closure that suspends when it has not.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/core/handover/due_bits.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/handover/mpsc_stack.hpp>
#include <tidemark/core/shard/dataflow_instance.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

class KeptMail;
class Outside;
class Process;
class StateStore;

/// One shard of every operator of every dataflow. Builds dataflows (`dataflow`) and is driven by a
/// closure (`step`, `step_while`), or run by its executor. Thread: one at a time, that which runs
/// it, unless noted.
class Worker final : public Wakeable, public Task {
 public:
  /// Made by the Process.
  Worker(Process& process, std::uint32_t index);
  ~Worker() override;

  /// Its number, from 0 on.
  std::uint32_t index() const { return index_; }
  /// How many workers the run has, this one among them.
  std::uint32_t peers() const;
  /// What it shares with the others.
  Process& process() { return *process_; }
  /// What runs it. Its clock is not for steps and closures: see `now`.
  Executor& executor() const;
  ///@{
  /// The run's clock (Executor::now), and that on the wall, as steps and closures are to read them:
  /// a trace holds what they said, and a replay says it again.
  Clock::time_point now() { return outside_ == nullptr ? executor().now() : now_outside(); }
  EventTime wall_time() {
    return outside_ == nullptr ? executor().wall_time() : told_time(executor().wall_time());
  }
  ///@}
  /// The same of a clock of one's own, which says `time`.
  EventTime told_time(EventTime time);
  /// What something outside says, `fresh()`: what follows from nothing that was given to the
  /// worker. A trace holds it, and a replay does not ask, and gives it again.
  template <std::invocable Fresh>
  std::uint64_t ask(Fresh&& fresh) {
    if (outside_ == nullptr) return static_cast<std::uint64_t>(std::forward<Fresh>(fresh)());
    if (replays()) return told_again();
    return tell(static_cast<std::uint64_t>(std::forward<Fresh>(fresh)()));
  }
  /// In a replay, where a source may read clocks less often than then: what it has not read is of
  /// no consequence to others.
  void forget_clocks();
  /// Whether the run goes as an earlier one did (Config::replay).
  bool replays() const;
  /// Lets other workers go on until `holds()`, which was so then. Throws ReplayError if nothing
  /// happens any more. Requires: it replays.
  void wait_again(const std::function<bool()>& holds);
  /// What the worker learns from outside; null unless the run is traced, or a replay.
  Outside* outside() { return outside_.get(); }

  /// Where steps keep their states; null if nowhere.
  StateStore* states() const;
  /// True when the run is being ended by an error; read relaxed.
  const std::atomic<bool>& stopping() const;
  /// Ends the run, with the error for its caller.
  void fail(std::exception_ptr error) noexcept;

  ///@{
  /// Builds a dataflow at this worker; `build` is given its Scope<T> and its result is returned.
  /// Every worker builds the same dataflows in the same order. May be called while others run.
  template <typename T, typename Build>
  auto dataflow(std::string name, Build&& build);
  template <typename T, typename Build>
  auto dataflow(Build&& build) {
    return dataflow<T>("dataflow", std::forward<Build>(build));
  }
  ///@}

  /// Does a bounded amount of work, in those dataflows that have something to do. True if there may
  /// be more to do at once. Throws what user code throws, as StepError, and RunStopped when another
  /// worker has failed.
  ///
  /// A closure that goes on and on without waiting lets other workers go first now and then, so
  /// that they run with any number of threads, and may go on in another thread: hold no lock over
  /// it. To wait is for `step_while`, which holds no thread.
  bool step();

  /// Steps while `condition()` holds; suspends the closure when there is nothing to do. The
  /// condition may depend on probes of this worker's dataflows, and on nothing else that changes
  /// elsewhere. Throws DataflowError where no closure drives this worker.
  ///
  /// Race "a capability changes outside a step": the change lies in the worker's pending batch, and
  /// the step that precedes every `suspend` reports it.
  template <typename Condition>
  void step_while(Condition&& condition) {
    while (condition())
      if (!step() && condition()) suspend();
  }

  /// Cancels the dataflow number `index` (see next_dataflow) at all workers, each of which drops
  /// its part at its next step; this one, too, so it may be called from the dataflow itself. From
  /// then on its capabilities are inert, its inputs drop what they are given, and its probes say
  /// that nothing can come any more. Other dataflows go on. One that is complete stays so. Throws
  /// DataflowError unless this worker has built it.
  void cancel(std::uint32_t index);

  /// True while a dataflow of this worker has not ended.
  bool has_dataflows() const { return live_ != 0; }

  /// Has the worker run soon. Any thread. What it looks at is what comes by mail, and dataflows
  /// whose due bit is set.
  void wake() override;

  /// Puts an envelope into the mailbox and wakes the worker. Any thread.
  void post(Envelope& envelope);

  /// Makes this a worker that is run to the end by its executor: `setup` builds its dataflows.
  void start(std::function<void(Worker&)> setup);
  /// Makes this a hand-driven worker: `closure` drives it.
  void start_closure(std::function<void(Worker&)> closure) { drive(std::move(closure), true); }

  /// The number of the dataflow that is built next.
  std::uint32_t next_dataflow() const { return next_; }
  /// Among which it will find its due bit.
  const std::shared_ptr<DueBits>& next_due_bits() { return block_of_next().due; }
  /// Takes a dataflow that has been built, from its Assembly.
  void add(std::unique_ptr<DataflowInstance> dataflow);

  void run() override;  ///< a turn: some steps; called by the executor
  std::uint32_t worker() const override { return index_; }

 private:
  friend class Embedded;  // which is its fiber

  /// `queued` also stands for "running, and woken meanwhile". Changed only by exchange, so that a
  /// wake-up between the last look and going idle is never lost.
  enum class State : std::uint8_t { idle, queued, running };
  /// Of a closure that does not wait, before it yields: for that costs more than a turn's end.
  static constexpr std::uint64_t turns_per_slice = 16;

  /// As many dataflows of consecutive numbers as there are due bits in a word.
  struct Block {
    std::uint32_t number;
    std::shared_ptr<DueBits> due;
    std::uint32_t live = 0;
    std::array<std::unique_ptr<DataflowInstance>, DueBits::per_word> dataflows;  // null once ended
  };

  Block* find_block(std::uint32_t dataflow) const;
  Block& block_of_next();
  void step_block(Block& block);
  void set_all_due();
  void end(Block& block, std::uint32_t place);
  void drop_empty_blocks();
  bool turn();
  void suspend();
  void park();
  void finish(bool failed) noexcept;
  void release_mailbox() noexcept;
  void read_mailbox();
  DataflowInstance& find(std::uint32_t dataflow) const;
  void drive(std::function<void(Worker&)> closure, bool by_hand);
  Clock::time_point now_outside();
  std::uint64_t told_again();
  std::uint64_t tell(std::uint64_t value);
  void begin_outside();
  void end_outside() noexcept;
  void tell_trace();
  bool do_step();
  bool step_told();
  bool step_again();
  void take_mail_again(std::uint64_t most);
  Envelope& take_again(bool is_shared, std::uint32_t dataflow, std::uint32_t channel,
                       std::uint64_t last);
  void keep_mail();

  Process* process_;
  std::uint32_t index_;
  std::shared_ptr<Outside> outside_;
  std::unique_ptr<KeptMail> kept_mail_;  // null unless it is a replay
  std::function<void(Worker&)> setup_;
  Fiber* fiber_ = nullptr;
  bool by_hand_ = false;  // a closure of the program steps it
  std::uint64_t steps_in_slice_ = 0;
  // Not idle before its start: another worker may wake it earlier than that.
  std::atomic<State> state_{State::running};
  std::atomic<bool> finished_{false};
  MpscStack<Envelope> mailbox_;
  std::vector<std::unique_ptr<Block>> blocks_;  // by number; those with a dataflow that goes on
  std::uint32_t next_ = 0;                      // dataflow
  std::size_t live_ = 0;
  bool has_empty_block_ = false;
  std::vector<Envelope*> early_;  // for dataflows that this worker has not built yet
};

}  // namespace tidemark
