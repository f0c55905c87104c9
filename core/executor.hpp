// SPDX-License-Identifier: MIT
//
// Executors: who runs a worker that has something to do. The one policy that decides about threads.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>

namespace tidemark {

class WorkerOrder;

/// Something that an executor runs. It is run once for each time it is submitted, and whoever
/// submits it sees to it that two such runs never overlap (worker.hpp).
class Task {
 public:
  virtual ~Task() = default;
  /// Called by the executor, on one of its threads; must not throw.
  virtual void run() = 0;
  /// Which it is of those that a scheduler tells apart.
  virtual std::uint32_t worker() const { return 0; }
};

/// A closure with a stack of its own, which can wait without holding a thread of the executor.
class Fiber {
 public:
  virtual ~Fiber() = default;

  /// Called by the closure: stops it until `resume`. `parked` is called when `resume` has become
  /// legal, perhaps on another stack. The closure may go on in another thread, so it must hold no
  /// lock and keep no address of a thread-local.
  virtual void suspend(const std::function<void()>& parked) = 0;

  /// Lets a suspended closure go on. Any thread; once for each `suspend`.
  virtual void resume() = 0;

  /// Called by the closure: lets what else is ready to run go first. As after `suspend`, it may go
  /// on in another thread.
  virtual void yield() = 0;
};

/// Nothing is left to run before the run has ended: everybody waits for something that nobody does.
class StuckError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Runs tasks, closures and timers until it is told to stop.
///
/// Models: make_tbb_executor for speed, make_thread_executor for the sanitizers and for a single
/// thread, make_deterministic_executor for teaching, debugging and tests.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Has `task` run soon, first in, first out (deterministic: in an order drawn from the seed, or a
  /// scheduler's). Any thread.
  virtual void submit(Task& task) = 0;

  /// Has `action` called when it is `when` or later, never sooner, unless the timer is cancelled or
  /// goes before. Any thread. Actions are called one at a time: of those that are set the one with
  /// the earliest time, at equal times the one that was set first. So an action that is set too
  /// late may come after one with a later time. Once the executor has been stopped none begins.
  /// Must not throw: on threads that would end the program.
  virtual Timer call_at(Clock::time_point when, std::function<void()> action) = 0;

  /// The time that `call_at` goes by: virtual in the deterministic executor.
  virtual Clock::time_point now() const = 0;
  /// Whether that is virtual: then nothing may wait for the world.
  virtual bool has_virtual_time() const { return false; }

  /// The time on the wall: the system's clock or, where time is virtual, `now`, which begins in
  /// 1970.
  EventTime wall_time() const {
    if (has_virtual_time()) return EventTime(now().time_since_epoch());
    return std::chrono::time_point_cast<EventTime::duration>(std::chrono::system_clock::now());
  }

  /// Starts `body` as a closure of that worker; `body` gets its own fiber. The fiber lives as long
  /// as the executor.
  virtual void spawn(std::uint32_t worker, std::function<void(Fiber&)> body) = 0;

  /// Runs until `stop`, then returns when nothing of it runs any more, no action either. The
  /// deterministic executor throws StuckError if it finds nothing left to run before `stop`; it may
  /// be called again.
  virtual void serve() = 0;

  /// How many threads run tasks at a time.
  virtual std::uint32_t threads() const = 0;
  /// Which of them this is called from, counted from 0; any of them, if from none.
  virtual std::uint32_t this_thread() const = 0;

  /// Ends `serve`. Any thread, tasks, closures and actions among them; once.
  virtual void stop() = 0;
};

/// oneTBB: an arena of `threads` threads (0: one per core) to which tasks are enqueued. Each of
/// them stays on a processor if it `pins` them (pin_thread.hpp).
std::unique_ptr<Executor> make_tbb_executor(std::uint32_t threads, bool pins = false);

/// Plain threads: `threads` of them (0: one per core) take tasks from one queue. The caller of
/// `serve` is one of them. A closure has a thread of its own.
std::unique_ptr<Executor> make_thread_executor(std::uint32_t threads, bool pins = false);

/// One thread, virtual time, and every choice drawn from `seed`: the same program gives the same
/// trace, byte for byte, on every machine. A task runs `turn` after it was submitted, however many
/// others do: as if each had a processor of its own and took so long. With a turn of 0 time stands
/// still while there is something to run.
std::unique_ptr<Executor> make_deterministic_executor(
    std::uint64_t seed, std::chrono::nanoseconds turn = std::chrono::nanoseconds(0));
/// The same, where `order`, unless it is null, says which task runs next.
std::unique_ptr<Executor> make_deterministic_executor(std::uint64_t seed,
                                                      std::chrono::nanoseconds turn,
                                                      std::unique_ptr<WorkerOrder> order);

}  // namespace tidemark
