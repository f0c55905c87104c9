// SPDX-License-Identifier: MIT
//
// Sinks: where the records of an output step go.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// One worker's end of a sink, or of one part of it. Thread: that worker.
template <typename Item>
class SinkPart {
 public:
  virtual ~SinkPart() = default;
  /// Writes the records, whole; what it throws ends the run.
  virtual void write_batch(const std::vector<Item>& batch) = 0;
  /// Called once at the end of a run that has not failed.
  virtual void close() {}
  /// Sees to it that what was written lasts, and says where a later run goes on, as bytes
  /// (codec.hpp); nullopt: it begins anew. Asked, in a run with a StateStore, of a named part
  /// when an epoch is complete in which it was written to.
  virtual std::optional<std::string> position() { return std::nullopt; }
};

/// What a part of a sink is told about the run it is in.
struct SinkContext {
  std::uint32_t worker = 0;              ///< that writes it
  std::uint32_t workers = 1;             ///< of the run
  bool is_saved = false;                 ///< its positions are kept
  std::optional<std::string> resume_at;  ///< the part's last position in an earlier run
};

/// A sink that is opened at every worker, or, if it says `static constexpr bool single = true`, at
/// worker 0 alone, which then gets all records, epoch by epoch. It keeps no position.
template <typename S, typename Item>
concept SinkOf = std::copy_constructible<S> && requires(const S& s) {
  { s.template open<Item>(std::uint32_t{}) } -> std::same_as<std::unique_ptr<SinkPart<Item>>>;
};

/// Whether worker 0 alone opens it.
template <typename S>
inline constexpr bool is_single_sink = requires { requires S::single; };

/// A sink of named parts, each of which one worker writes (sources/assign_parts.hpp), epoch by
/// epoch: a record goes into the part number `part_of(record)`, modulo the number of parts. A part
/// is opened with the first record for it, or if an earlier run has left a position; and, if the
/// sink says `static constexpr bool opens_empty = true`, without any record: a file with the run,
/// others at its end. A sink
/// whose parts are files says so by a function `file_of(part)` from a part's name to its path: then
/// no other step of the run may write that file.
template <typename S, typename Item>
concept PartitionedSinkOf = std::copy_constructible<S> &&
                            requires(const S& s, const Item& item, const SinkContext& context) {
                              { s.parts() } -> std::same_as<std::vector<std::string>>;
                              { s.part_of(item) } -> std::convertible_to<std::uint64_t>;
                              {
                                s.template open_part<Item>(std::string(), context)
                              } -> std::same_as<std::unique_ptr<SinkPart<Item>>>;
                            };

}  // namespace tidemark
