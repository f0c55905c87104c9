// SPDX-License-Identifier: MIT
//
// Sources: where the records of an input step come from.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/operators/sources/bad_record.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// What a source part says after a poll.
struct Poll {
  /// What comes next.
  enum class State {
    more,   ///< there may be more at once; after a poll that gave nothing, in a millisecond
    wait,   ///< nothing for now: poll again at `at`, or when the part has called `wake`
    end,    ///< there will never be more
    abort,  ///< the dataflow is to be cancelled, as if its program had been killed
  };
  State state = State::more;  ///< of the part
  /// Of `wait`, by SourceContext::now; nullopt: when the part has called `wake`, and no sooner.
  std::optional<Clock::time_point> at;
};

/// One part of a source: a file, a topic's partition. Thread: one worker.
template <typename Item>
class SourcePart {
 public:
  virtual ~SourcePart() = default;
  /// Appends some records to `batch` and returns what comes next. Never blocks, unless it was told
  /// that it may. Called when it is due and no sooner.
  virtual Poll next_batch(std::vector<Item>& batch) = 0;
  /// Where to go on after the last record that was given, as bytes (codec.hpp); nullopt: this part
  /// begins anew in each run. Asked when an epoch of the part ends.
  virtual std::optional<std::string> position() const { return std::nullopt; }
  /// The run ends early, and the part is not polled again: it says to people what it has taken from
  /// elsewhere and given to nobody.
  virtual void interrupted() {}
};

/// What a part is told about the run it is in.
struct SourceContext {
  std::function<void()> wake{};  ///< has the part polled again; any thread, while the part lives
  bool may_block = false;  ///< in the deterministic executor, which has one thread and no time
  /// The run's clock, which `Poll::at` goes by. Thread: that of the part.
  std::function<Clock::time_point()> now{};
  std::optional<std::string> resume_at{};  ///< the part's last position in an earlier run
  std::uint32_t worker = 0;                ///< that reads the part
  std::uint32_t workers = 1;               ///< of the run
  bool replays = false;                    ///< the run goes as an earlier one did (Config::replay)
  bool is_saved = false;                   ///< a later run may go on at the part's position
  std::function<void(const std::string&)> tell{};  ///< says a sentence to people; may be empty
  /// Takes what the part cannot read, in a poll; empty: that is an error.
  std::function<void(BadRecord)> on_bad{};
  /// Counts a bad record of the input, and returns how many it has had at all workers in this run.
  std::function<std::uint64_t()> count_bad{};
};

/// A source that lists its parts.
template <typename S>
concept SourceWithParts = requires(const S& s) {
  { s.parts() } -> std::same_as<std::vector<std::string>>;
} || requires(const S& s, std::uint32_t worker) {
  { s.parts_at(worker, worker) } -> std::same_as<std::vector<std::string>>;
};

/// A source of named parts, each of which one worker reads: `parts()` lists them; where not every
/// worker can reach every part, `parts_at(worker, workers)` lists those that one can. The lists
/// must be the same at every worker that asks. How parts are dealt out: assign_parts.hpp. A source
/// whose parts are files, pipes or standard input says so by `file_of(part)`: two inputs that would
/// take each other's bytes are then refused when they are built. One whose parts do not give the
/// same records in another run says so by `gives_again()`, for those who would replay a run.
template <typename S>
concept PartitionedSource = std::copy_constructible<S> && SourceWithParts<S> &&
                            requires(const S& s, const SourceContext& context) {
                              typename S::item_type;
                              {
                                s.open(std::string(), context)
                              } -> std::same_as<std::unique_ptr<SourcePart<typename S::item_type>>>;
                            };

/// A source that every worker has one part of, which is nobody else's: its position is not kept,
/// and it does not give its records again unless it says so.
template <typename S>
concept DynamicSource =
    std::copy_constructible<S> && requires(const S& s, const SourceContext& context) {
      typename S::item_type;
      { s.build(context) } -> std::same_as<std::unique_ptr<SourcePart<typename S::item_type>>>;
    };

}  // namespace tidemark
