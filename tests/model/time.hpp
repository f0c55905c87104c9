// SPDX-License-Identifier: MIT
//
// The timestamps of the model: an epoch and the counters of two loops.
#pragma once

#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>

namespace tidemark::model {

struct Time;

/// NestedSummary, and a flag by which a summary can lie.
struct Summary {
  NestedSummary<Epoch, 2> path{};
  /// It says of itself that it advances the counter of the outermost loop, so that validation lets
  /// a cycle pass that does not. No production code has to be able to skip validation for it.
  bool pretends_to_advance = false;

  std::optional<Time> results_in(const Time& time) const;
  std::optional<Summary> followed_by(const Summary& next) const {
    const auto both = path.followed_by(next.path);
    if (!both) return std::nullopt;
    return Summary{*both, pretends_to_advance || next.pretends_to_advance};
  }
  bool advances() const { return pretends_to_advance || path.advances(); }
  Effect effect_on(std::uint32_t coordinate) const {
    return pretends_to_advance && coordinate == 1 ? Effect::advances : path.effect_on(coordinate);
  }
  bool stays_canonical(std::uint32_t from, std::uint32_t to) const {
    return path.stays_canonical(from, to);
  }

  friend auto operator<=>(const Summary&, const Summary&) = default;
  friend bool less_equal(const Summary& a, const Summary& b) {
    return less_equal(a.path, b.path) && a.pretends_to_advance <= b.pretends_to_advance;
  }
};

struct Time : Nested<Epoch, 2> {
  using Summary = model::Summary;

  Time() = default;
  explicit Time(const Nested<Epoch, 2>& other) : Nested(other) {}
  Time(std::uint64_t epoch, std::uint64_t outer, std::uint64_t inner)
      : Nested(Epoch{epoch}, outer, inner) {}

  static Time minimum() { return {}; }
  friend bool operator==(const Time&, const Time&) = default;
  friend auto operator<=>(const Time&, const Time&) = default;

  // For these there are templates, which would be preferred to those of the base.
  friend int compare_coordinate(const Time& a, const Time& b, std::uint32_t k) {
    return compare_coordinate(static_cast<const Nested&>(a), static_cast<const Nested&>(b), k);
  }
  friend std::ostream& print_at_depth(std::ostream& out, const Time& t, std::uint32_t depth) {
    return print_at_depth(out, static_cast<const Nested&>(t), depth);
  }
  friend std::uint32_t depth_of(const Time& t) { return depth_of(static_cast<const Nested&>(t)); }
};

inline std::optional<Time> Summary::results_in(const Time& time) const {
  const auto result = path.results_in(static_cast<const Nested<Epoch, 2>&>(time));
  return result ? std::optional<Time>(Time(*result)) : std::nullopt;
}

}  // namespace tidemark::model

template <>
struct std::hash<tidemark::model::Time> {
  std::size_t operator()(const tidemark::model::Time& time) const noexcept {
    return std::hash<tidemark::Nested<tidemark::Epoch, 2>>{}(time);
  }
};

template <>
struct tidemark::CoordinatesOf<tidemark::model::Time> : CoordinatesOf<Nested<Epoch, 2>> {
  using Base = CoordinatesOf<Nested<Epoch, 2>>;
  template <typename Each>
  static constexpr void for_each(const model::Time& time, Each&& each) {
    Base::for_each(time, each);
  }
  template <typename Each>
  static constexpr void for_each(const model::Summary& summary, Each&& each) {
    Base::for_each(summary.path, each);
  }
  static constexpr std::uint32_t sets_from(const model::Summary& summary) {
    return Base::sets_from(summary.path);
  }
};

namespace tidemark::model {
static_assert(Timestamp<Time>);
static_assert(coordinates_of<Time> == 3);
}  // namespace tidemark::model
