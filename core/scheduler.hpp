// SPDX-License-Identifier: MIT
//
// Schedulers: what runs next, of that which could.
//
// Progress does not depend on it: any order in which each operator that is to run does run at last
// is right. How long records wait, how many do, and what a frontier waits for does.
#pragma once

#include <tidemark/progress/coordinates.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidemark {

/// One worker's part of a dataflow.
struct ScheduledPart {
  std::uint32_t worker = 0;                      ///< counted from 0
  std::uint32_t dataflow = 0;                    ///< its number in the run, counted from 0
  std::vector<std::string> names{};              ///< of the operators, by number
  std::vector<std::vector<std::uint32_t>> to{};  ///< the operators that each sends to, by number
};

/// An operator that is to run: batches have come, a frontier has moved, or it has asked for it.
struct ReadyOperator {
  std::uint32_t op;     ///< its number in the dataflow; those built before have lower ones
  std::uint32_t depth;  ///< the most channels on a way to it on which each leads to a higher number
  /// The least has been ready for longest. What one activation has made ready, and what has come
  /// from others meanwhile, is in the order of building.
  std::uint64_t since;
};

/// The operators of one worker's part of a dataflow that are to run, in the order of `since`.
class ReadyOperators {
 public:
  /// How many there are: at least 1 where an order is asked.
  std::size_t size() const { return ready_.size(); }
  /// That which has been ready for longest is at place 0. Requires: `place` is less than the size.
  const ReadyOperator& operator[](std::size_t place) const { return ready_[place]; }
  /// How many batches wait for the operator at that place. O(these).
  virtual std::size_t queued(std::size_t place) const = 0;
  /// The least timestamp, in lexicographic order, of a batch that waits for the operator at that
  /// place, or of a capability that it holds; nullopt if there is none, or timestamps have no
  /// coordinates. O(what it has of these).
  virtual std::optional<Coordinates> earliest(std::size_t place) const = 0;

 protected:
  ~ReadyOperators() = default;

  std::vector<ReadyOperator> ready_;  ///< in the order of `since`
};

/// Which operator of one worker's part of a dataflow runs next. Nothing ages: what is never chosen
/// while something else is ready never runs. To be replayed it depends on nothing but what it is
/// given, and was given before. Thread: its worker.
class OperatorOrder {
 public:
  virtual ~OperatorOrder() = default;
  /// The place in `ready`, which is not empty. Called before each activation; what it throws ends
  /// the run.
  virtual std::size_t next(const ReadyOperators& ready) = 0;
};

/// Which worker runs next on the deterministic executor.
class WorkerOrder {
 public:
  virtual ~WorkerOrder() = default;
  /// The place in `ready`, which is not empty and has the worker that has been ready for longest
  /// first. A number that is no worker's is the batches that many workers fill together.
  virtual std::size_t next(std::span<const std::uint32_t> ready) = 0;
};

/// What runs next in each worker's part of each dataflow (Config::scheduler), and which worker on
/// the deterministic executor; dataflows of a worker take turns in the order of building. It has no
/// state itself: it makes orders, which may have some, anew for each part and run. Thread: any.
///
/// With a scheduler a step of a worker in a dataflow ends when nothing is ready, or after as many
/// activations as there are operators. Who asks to run again while nothing comes for it waits for
/// the next step. Without a scheduler a step runs what is ready once, in the order of building.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// With all that it was made with: a trace has it, and a replay wants the same.
  virtual std::string name() const = 0;
  /// Null: as without a scheduler. What is given lives until this returns.
  virtual std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const;
  /// Null: drawn from Config::seed.
  virtual std::unique_ptr<WorkerOrder> workers() const;
};

/// First ready, first run: operators, and workers on the deterministic executor.
class FifoScheduler final : public Scheduler {
 public:
  std::string name() const override { return "fifo"; }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const override;
  std::unique_ptr<WorkerOrder> workers() const override;
};

/// The operator with the earliest timestamp first (ReadyOperators::earliest), and one without any
/// before all others. Of equal ones that which has been ready for longest.
class EarliestScheduler final : public Scheduler {
 public:
  std::string name() const override { return "earliest"; }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const override;
};

/// The operator farthest from the sources first, so that little lies between operators. Of equal
/// ones that which has been ready for longest.
class DeepestScheduler final : public Scheduler {
 public:
  std::string name() const override { return "deepest"; }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const override;
};

/// Any operator, and any worker on the deterministic executor, as the seed says.
class RandomScheduler final : public Scheduler {
 public:
  /// Each worker draws numbers of its own from `seed`.
  explicit RandomScheduler(std::uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "random " + std::to_string(seed_); }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const override;
  std::unique_ptr<WorkerOrder> workers() const override;

 private:
  std::uint64_t seed_;
};

/// The four by name, for command lines: "fifo", "earliest", "deepest", "random".
std::vector<std::string> scheduler_names();
/// That of this name, also as Scheduler::name gives it; `seed` is of a random one whose name has
/// none. Throws ConfigError, listing the names, if there is none.
std::shared_ptr<const Scheduler> make_scheduler(const std::string& name, std::uint64_t seed);

}  // namespace tidemark
