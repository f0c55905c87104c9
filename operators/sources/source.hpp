// SPDX-License-Identifier: MIT
//
// Sources: where the records of an input step come from.
#pragma once

#include <tidemark/core/executor.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// What a source part says after a poll.
struct Poll {
  enum class State {
    more,  ///< there may be more at once
    wait,  ///< nothing for now: poll again at `at`, or when the part has called `wake`
    end,   ///< there will never be more
  };
  State state = State::more;
  std::optional<Clock::time_point> at;
};

/// One part of a source: a file, a topic's partition. Thread: one worker.
template <typename Item>
class SourcePart {
 public:
  virtual ~SourcePart() = default;
  /// Appends some records to `batch` and returns what comes next. Never blocks, unless it was told
  /// that it may.
  virtual Poll next_batch(std::vector<Item>& batch) = 0;
};

/// What a part is told about the run it is in.
struct SourceContext {
  std::function<void()> wake;  ///< has the part polled again; any thread, as long as the part lives
  bool may_block = false;      ///< in the deterministic executor, which has one thread and no time
  std::function<Clock::time_point()> now;  ///< the run's clock, which `Poll::at` goes by
};

/// A source: a list of parts, each of which one worker reads. The list must be the same at every
/// worker; part i is read by worker i modulo their number.
template <typename S>
concept PartitionedSource = std::copyable<S> && requires(const S& s, const SourceContext& context) {
  typename S::item_type;
  { s.parts() } -> std::same_as<std::vector<std::string>>;
  {
    s.open(std::string(), context)
  } -> std::same_as<std::unique_ptr<SourcePart<typename S::item_type>>>;
};

}  // namespace tidemark
