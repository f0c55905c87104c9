// SPDX-License-Identifier: MIT
//
// SessionWindow: values that follow one another closely.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/windower.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace tidemark {

/// Sessions: maximal runs of values, each at most `gap` after the one before. A value between two
/// sessions can make them one: the earlier keeps its id, and every value of both. Ids are counted
/// from 1 for each key. With a gap of `Span::forever` there is one session, which ends at the end
/// of input. Throws ConfigError unless the gap is positive.
class SessionWindow {
 public:
  /// An open session of a key.
  struct Window {
    std::int64_t id = 0;                 ///< 0 until it is numbered
    EventTime open{};                    ///< of its first value
    EventTime last{};                    ///< of its last
    std::vector<std::int64_t> merged{};  ///< the ids of the sessions that have become part of it

    /// For its Codec (core/codec.hpp).
    static auto fields(auto& self) { return std::tie(self.id, self.open, self.last, self.merged); }
    friend bool operator==(const Window& a, const Window& b) { return a.open == b.open; }
    friend auto operator<=>(const Window& a, const Window& b) { return a.open <=> b.open; }
  };
  /// What else is kept of a key.
  struct State {
    std::int64_t opened = 0;  ///< sessions that have been numbered
  };
  ///@{
  /// As Windower says (windower.hpp): windows end by time, may become one, and are counted.
  static constexpr bool merges = true;
  static constexpr bool by_time = true;
  static constexpr bool numbers = true;
  ///@}

  /// `gap` is the longest pause within a session; under the rules of 0.17 the shortest that ends
  /// one.
  explicit SessionWindow(Span gap) : gap_(gap.length()) {
    if (gap_.count() <= 0)
      throw ConfigError("SessionWindow: the gap is " + std::to_string(gap_.count()) +
                        " ns; it must be positive");
  }

  ///@{
  /// As Windower says (windower.hpp).
  template <typename Visit>
  void windows_of(State&, EventTime time, Visit&& visit) const {
    visit(Window{0, time, time, {}});
  }
  void number(State& state, Window& window) const { window.id = ++state.opened; }

  /// As Windower says. Requires: if both are numbered, `window` is the earlier.
  bool absorb(Window& window, const Window& other) const {
    if (!follows(window, other) || !follows(other, window)) return false;
    window.open = std::min(window.open, other.open);
    window.last = std::max(window.last, other.last);
    if (other.id != 0) {
      window.merged.push_back(other.id);
      window.merged.insert(window.merged.end(), other.merged.begin(), other.merged.end());
    }
    return true;
  }

  EventTime end(const Window& window) const {
    constexpr EventTime first = before_all_time + std::chrono::nanoseconds(1);  // that can advance
    const EventTime close = advanced(std::max(window.last, first), gap_);
    return rules == WindowRules::v0_17 ? close : advanced(close, std::chrono::nanoseconds(1));
  }
  WindowInfo info(const Window& window) const {
    return {window.id, window.open, window.last, window.merged, true};
  }
  ///@}

  WindowRules rules = WindowRules::v0_21;  ///< the step sets those of its options

 private:
  /// Whether `b` begins soon enough after the end of `a`, or before it.
  bool follows(const Window& a, const Window& b) const {
    if (gap_ == Span::forever) return true;
    const std::chrono::nanoseconds pause = between(a.last, b.open);
    return rules == WindowRules::v0_17 ? pause < gap_ : pause <= gap_;
  }

  std::chrono::nanoseconds gap_;
};

}  // namespace tidemark
