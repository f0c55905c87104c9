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

/// An operator that is to run: batches have come, a frontier has moved, or it has asked for it.
struct ReadyOperator {
  std::uint32_t op;     ///< its number in the dataflow; those built before have lower ones
  std::uint32_t depth;  ///< the most channels on a way to it, without those that lead back
  std::uint64_t since;  ///< the least has been ready for longest
};

/// Those of one worker's part of a dataflow.
class ReadyOperators {
 public:
  /// How many there are: at least 1 where an order is asked.
  std::size_t size() const { return ready_.size(); }
  /// That which has been ready for longest is at place 0. Requires: `place` is less than the size.
  const ReadyOperator& operator[](std::size_t place) const { return ready_[place]; }
  /// The least timestamp, in lexicographic order, of a batch that waits for the operator at that
  /// place, or of a capability that it holds; nullopt if there is none, or timestamps have no
  /// coordinates. O(what it has of these).
  virtual std::optional<Coordinates> earliest(std::size_t place) const = 0;

 protected:
  ~ReadyOperators() = default;

  std::vector<ReadyOperator> ready_;  ///< in the order of `since`
};

/// Which operator of one worker's part of a dataflow runs next. Thread: its worker.
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

/// What runs next in a run (Config::scheduler). It has no state itself: it makes orders, which may
/// have some, anew for each run. Thread: any.
///
/// With a scheduler a step of a worker in a dataflow ends when nothing is ready, or after as many
/// activations as there are operators. Without one it runs what is ready once, in the order in
/// which operators were built; that costs least.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// A trace names it, and a replay wants the same.
  virtual std::string name() const = 0;
  /// Null: as without a scheduler.
  virtual std::unique_ptr<OperatorOrder> operators_at(std::uint32_t worker) const;
  /// Null: drawn from Config::seed.
  virtual std::unique_ptr<WorkerOrder> workers() const;
};

/// First ready, first run: operators, and workers on the deterministic executor.
class FifoScheduler final : public Scheduler {
 public:
  std::string name() const override { return "fifo"; }
  std::unique_ptr<OperatorOrder> operators_at(std::uint32_t worker) const override;
  std::unique_ptr<WorkerOrder> workers() const override;
};

/// The operator with the earliest timestamp first (ReadyOperators::earliest), and one without any
/// before all others. Of equal ones that which has been ready for longest.
class EarliestScheduler final : public Scheduler {
 public:
  std::string name() const override { return "earliest"; }
  std::unique_ptr<OperatorOrder> operators_at(std::uint32_t worker) const override;
};

/// The operator farthest from the sources first, so that little lies between operators. Of equal
/// ones that which has been ready for longest.
class DeepestScheduler final : public Scheduler {
 public:
  std::string name() const override { return "deepest"; }
  std::unique_ptr<OperatorOrder> operators_at(std::uint32_t worker) const override;
};

/// Any operator, and any worker on the deterministic executor, as the seed says.
class RandomScheduler final : public Scheduler {
 public:
  /// Each worker draws numbers of its own from `seed`.
  explicit RandomScheduler(std::uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "random " + std::to_string(seed_); }
  std::unique_ptr<OperatorOrder> operators_at(std::uint32_t worker) const override;
  std::unique_ptr<WorkerOrder> workers() const override;

 private:
  std::uint64_t seed_;
};

/// The four by name, for command lines: "fifo", "earliest", "deepest", "random".
std::vector<std::string> scheduler_names();
/// `seed` is of the random one. Throws ConfigError, listing the names, if there is none.
std::shared_ptr<const Scheduler> make_scheduler(const std::string& name, std::uint64_t seed);

}  // namespace tidemark
