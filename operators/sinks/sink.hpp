// SPDX-License-Identifier: MIT
//
// Sinks: where the records of an output step go.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark {

/// One worker's end of a sink. Thread: that worker.
template <typename Item>
class SinkPart {
 public:
  virtual ~SinkPart() = default;
  /// Writes the records, whole; what it throws ends the run.
  virtual void write_batch(const std::vector<Item>& batch) = 0;
  /// Called once at the end of a run that has not failed.
  virtual void close() {}
};

/// A sink: opened at every worker, or, if it says `static constexpr bool single = true`, at worker
/// 0 alone, which then gets all records, epoch by epoch.
template <typename S, typename Item>
concept SinkOf = std::copyable<S> && requires(const S& s) {
  { s.template open<Item>(std::uint32_t{}) } -> std::same_as<std::unique_ptr<SinkPart<Item>>>;
};

template <typename S>
inline constexpr bool is_single_sink = requires { requires S::single; };

}  // namespace tidemark
