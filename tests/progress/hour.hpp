// SPDX-License-Identifier: MIT
//
// A timestamp that the library does not know: the example of how to bring one's own.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>

namespace example {

struct HourSummary;

/// Hours since the beginning. What makes them different from epochs is their summary.
struct Hour {
  using Summary = HourSummary;
  static constexpr bool totally_ordered = true;
  static constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t value = 0;

  static Hour minimum() { return {}; }
  friend auto operator<=>(const Hour&, const Hour&) = default;
  friend bool less_equal(const Hour& a, const Hour& b) { return a <= b; }
  friend std::ostream& operator<<(std::ostream& out, const Hour& hour) {
    return out << hour.value << 'h';
  }
};

/// An office: what comes in leaves `takes` hours later, and not before it is `opens` o'clock.
/// Offices in a row are an office again.
struct HourSummary {
  std::uint32_t takes = 0;
  std::uint32_t opens = 0;

  std::optional<Hour> results_in(const Hour& hour) const {
    if (takes > Hour::last - hour.value) return std::nullopt;
    return Hour{std::max(hour.value + takes, opens)};
  }
  std::optional<HourSummary> followed_by(const HourSummary& next) const {
    if (takes > Hour::last - next.takes || opens > Hour::last - next.takes) return std::nullopt;
    return HourSummary{takes + next.takes, std::max(opens + next.takes, next.opens)};
  }

  /// An opening hour alone does not do: after it, nothing is advanced.
  bool advances() const { return takes != 0; }

  friend auto operator<=>(const HourSummary&, const HourSummary&) = default;
  friend bool less_equal(const HourSummary& a, const HourSummary& b) {
    return a.takes <= b.takes && a.opens <= b.opens;
  }
  friend std::ostream& operator<<(std::ostream& out, const HourSummary& summary) {
    return out << '+' << summary.takes << "h from " << summary.opens << 'h';
  }
};

}  // namespace example

template <>
struct std::hash<example::Hour> {
  std::size_t operator()(const example::Hour& hour) const noexcept {
    return std::hash<std::uint32_t>{}(hour.value);
  }
};

static_assert(tidemark::Timestamp<example::Hour>);
