// SPDX-License-Identifier: MIT
//
// Capability books: where one worker's capabilities of one output are listed.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/handover/due_bits.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/location.hpp>

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// @cond engine

struct InHand;

/// Whoever is told of capabilities, in a run that is traced. Each has a number in its run.
template <Timestamp T>
class CapabilityWatch {
 public:
  /// Returns the number of a new one; `parent` is that of which it was made, or 0.
  virtual std::uint64_t minted(LocationId at, const T& time, std::uint64_t parent) = 0;
  virtual void downgraded(LocationId at, std::uint64_t number, const T& to) = 0;
  virtual void dropped(LocationId at, std::uint64_t number) noexcept = 0;

 protected:
  ~CapabilityWatch() = default;
};

/// One worker's capabilities of one output, and where their changes are entered. While the dataflow
/// is being built they are kept until it is attached to its ledger. Once it is gone at its worker,
/// or was cancelled, the book is inert: what user code still holds can be dropped without harm. `T`
/// is the ledger's timestamp. Thread: its worker.
template <Timestamp T>
struct CapabilityBook {
  using Held =
      boost::intrusive::list<HeldCapability<T>, boost::intrusive::constant_time_size<false>>;

  // What each batch that is sent asks comes first.
  const InHand* const* in_hand = nullptr;  ///< the innermost one, while live
  OperatorId op{};
  std::uint32_t output = 0;
  std::uint32_t worker = 0;
  enum class State { building, live, cancelled, gone } state = State::building;
  LocationId location{};
  ProgressBatch<T>* pending = nullptr;  ///< of the worker's current step, while live
  DueMark due{};                        ///< for changes outside a step, while live
  CapabilityWatch<T>* watch = nullptr;  ///< while live, if the run is traced
  /// Bit i: the only connection from input i leaves timestamps as they are. For inputs from 64 on,
  /// and for all others, see `links`.
  std::uint64_t same_time = 0;
  std::string step;
  std::vector<std::pair<T, std::int64_t>> early{};  ///< changes while building
  /// A connection from an input to this output.
  struct Link {
    std::uint32_t input = 0;
    typename T::Summary summary{};
  };
  /// By input; nullopt: one from each, which leaves timestamps as they are.
  std::optional<std::vector<Link>> links{};
  Held held{};

  /// True if there is one connection from the input, and it leaves timestamps as they are.
  bool keeps_time(std::uint32_t input) const {
    return (input < 64 && (same_time >> input & 1) != 0) || !links;
  }
  /// The connections from an input. O(log links + found). Requires: `links`.
  std::span<const Link> links_from(std::uint32_t input) const {
    TIDEMARK_CHECK(links, "connections that were not stated have no list");
    const auto first = std::ranges::lower_bound(*links, input, {}, &Link::input);
    auto last = first;
    while (last != links->end() && last->input == input) ++last;
    return {first, last};
  }

  void change(const T& time, std::int64_t diff);
  /// Moves one capability.
  void move(const T& from, const T& to);

  /// From here on changes go into `batch`, `mark` is set, and `watcher` is told unless it is null.
  /// Requires: the location is known.
  void attach(ProgressBatch<T>& batch, const InHand* const& innermost, DueMark mark,
              CapabilityWatch<T>* watcher);

  [[noreturn]] void refuse(const std::string& what) const;
};

/// @endcond

}  // namespace tidemark
