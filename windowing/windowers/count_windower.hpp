// SPDX-License-Identifier: MIT
//
// CountWindow: so many values of a key.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/windower.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace tidemark {

/// Windows of `size` values of a key, one beginning with every `step`-th: window i has the values
/// from i step to i step + size - 1, counted from 0 in the order in which they are folded. A window
/// closes with its last value, or at the end with what it has. With a step above the size the
/// values between two windows belong to none. Throws ConfigError if size or step is 0.
class CountWindow {
 public:
  /// An open window of a key.
  struct Window {
    std::int64_t id = 0;     ///< from 0
    EventTime open{};        ///< of its first value
    EventTime last{};        ///< of its latest
    std::uint64_t size = 0;  ///< values so far

    friend bool operator==(const Window& a, const Window& b) { return a.id == b.id; }
    friend auto operator<=>(const Window& a, const Window& b) { return a.id <=> b.id; }
  };
  /// What else is kept of a key.
  struct State {
    std::uint64_t values = 0;  ///< that it has had
  };
  ///@{
  /// As Windower says (windower.hpp): windows end by their number of values, stay apart, and are
  /// counted.
  static constexpr bool merges = false;
  static constexpr bool by_time = false;
  static constexpr bool numbers = true;
  ///@}

  /// One after the other, without gap or overlap.
  explicit CountWindow(std::uint64_t size) : CountWindow(size, size) {}
  /// A `step` below `size` makes windows that overlap.
  CountWindow(std::uint64_t size, std::uint64_t step) : size_(size), step_(step) {
    if (size == 0 || step == 0)
      throw ConfigError("CountWindow: the size is " + std::to_string(size) + " and the step " +
                        std::to_string(step) + "; both must be at least 1");
  }

  ///@{
  /// As Windower says (windower.hpp).
  template <typename Visit>
  void windows_of(State& state, EventTime time, Visit&& visit) const {
    const std::uint64_t n = state.values++;
    for (std::uint64_t id = n < size_ ? 0 : (n - size_) / step_ + 1; id <= n / step_; ++id)
      if (n - id * step_ < size_) visit(Window{static_cast<std::int64_t>(id), time, time, 1});
  }
  void number(State&, const Window&) const {}

  bool absorb(Window& window, const Window& other) const {
    if (window.id != other.id) return false;
    window.last = other.last;
    window.size += other.size;
    return true;
  }

  EventTime end(const Window& window) const {
    return window.size >= size_ ? before_all_time : after_all_time;
  }
  WindowInfo info(const Window& window) const {
    return {window.id, window.open, window.last, {}, true};
  }
  ///@}

 private:
  std::uint64_t size_;
  std::uint64_t step_;
};

}  // namespace tidemark
