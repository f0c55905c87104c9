// SPDX-License-Identifier: MIT
//
// The laws of timestamps and path summaries, as a function to run on a type of one's own.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <functional>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace tidemark::tests {

/// `nullopt` counts as later than every timestamp.
template <typename T>
bool later_or_equal(const std::optional<T>& a, const std::optional<T>& b) {
  return !b || (a && less_equal(*a, *b));
}

/// The name of a law and the values that break it.
template <typename... Values>
std::string broken(const char* law, const Values&... values) {
  std::ostringstream text;
  text << law << ':';
  const auto print = [&](const auto& value) {
    if constexpr (requires { text << value; }) text << ' ' << value;
  };
  (print(values), ...);
  return text.str();
}

/// The laws of a partial order, and of the total one that extends it.
template <typename T>
std::optional<std::string> broken_order(const std::vector<T>& values) {
  for (const T& a : values) {
    if (!less_equal(a, a)) return broken("reflexive", a);
    for (const T& b : values) {
      if (less_equal(a, b) && less_equal(b, a) && !(a == b)) return broken("antisymmetric", a, b);
      if (less_equal(a, b) && !(a <= b)) return broken("compatible", a, b);
      for (const T& c : values)
        if (less_equal(a, b) && less_equal(b, c) && !less_equal(a, c))
          return broken("transitive", a, b, c);
    }
  }
  return std::nullopt;
}

template <typename T>
std::optional<std::string> broken_by_times(const std::vector<T>& times) {
  for (const T& a : times) {
    if (!less_equal(T::minimum(), a)) return broken("least", a);
    for (const T& b : times) {
      if (a == b && std::hash<T>{}(a) != std::hash<T>{}(b)) return broken("hash", a, b);
      if constexpr (is_totally_ordered<T>)
        if (!less_equal(a, b) && !less_equal(b, a)) return broken("totally ordered", a, b);
      if (precedes_all_after(a) && a < b && !less_equal(a, b)) return broken("first", a, b);
      if constexpr (Joinable<T>)
        for (const T& c : times)
          if ((less_equal(a, c) && less_equal(b, c)) != less_equal(least_upper_bound(a, b), c))
            return broken("least upper bound", a, b, c);
      // The coordinates, from the outside in, are what `<=>` compares.
      int order = 0;
      for (std::uint32_t k = 0; k != coordinates_of<T> && order == 0; ++k)
        order = compare_coordinate(a, b, k);
      if ((order < 0) != (a < b) || (order > 0) != (b < a)) return broken("coordinates", a, b);
      for (std::uint32_t k = 0; k != coordinates_of<T>; ++k)
        if (less_equal(a, b) && compare_coordinate(a, b, k) > 0) return broken("coordinates", a, b);
    }
  }
  return std::nullopt;
}

template <typename S>
bool resets(const S& summary, std::uint32_t coordinates) {
  for (std::uint32_t k = 0; k != coordinates; ++k)
    if (effect_on(summary, k) == Effect::resets) return true;
  return false;
}

/// The laws of one summary. What it does to the coordinates must be what `effect_on` says: the
/// check of loops and the order of the tracker's search are built on that.
template <typename T>
std::optional<std::string> broken_by_summary(const typename T::Summary& s,
                                             const std::vector<T>& times) {
  for (const T& t : times) {
    const std::optional<T> result = s.results_in(t);
    if (!resets(s, coordinates_of<T>) && !later_or_equal(std::optional<T>(t), result))
      return broken("extensive", s, t);
    bool advances = false;
    for (std::uint32_t k = 0; k != coordinates_of<T>; ++k) {
      const Effect effect = effect_on(s, k);
      advances |= effect == Effect::advances;
      if (!result || effect == Effect::resets) continue;
      const int order = compare_coordinate(t, *result, k);
      if (order > 0) return broken("extensive", s, t);
      if (order == 0 && effect == Effect::advances) return broken("advancing", s, t);
    }
    if (advances != s.advances()) return broken("advancing", s, t);
    for (const T& u : times)
      if (less_equal(t, u) && !later_or_equal(result, s.results_in(u)))
        return broken("monotone", s, t, u);
  }
  return std::nullopt;
}

/// The laws of two summaries, r behind s and r beside s.
template <typename T>
std::optional<std::string> broken_by_pair(const typename T::Summary& s,
                                          const typename T::Summary& r,
                                          const std::vector<T>& times) {
  const auto composed = s.followed_by(r);
  for (const T& t : times) {
    const std::optional<T> half_way = s.results_in(t);
    const std::optional<T> in_steps = half_way ? r.results_in(*half_way) : std::nullopt;
    const std::optional<T> at_once = composed ? composed->results_in(t) : std::nullopt;
    const bool reset_after_overflow = !half_way && resets(r, coordinates_of<T>);
    if (at_once != in_steps && !reset_after_overflow) return broken("composition", s, r, t);
    if (less_equal(s, r) && !later_or_equal(half_way, r.results_in(t)))
      return broken("ordered", s, r, t);
  }
  return std::nullopt;
}

/// Checks every law that timestamp.hpp states, on all triples of `times` and all triples of
/// `summaries`. Returns nullopt if all hold, else the name of a broken law with a counterexample.
///
/// Choose a dozen times and summaries: the least one, neighbours, incomparable ones, and some next
/// to the end of the range. Where a summary overflows, `nullopt` counts as later than every time.
///
///     CHECK(broken_law<MyTime>({{0}, {1}, {2}}, {{}, MyTime::Summary{1}}) == std::nullopt);
template <Timestamp T>
std::optional<std::string> broken_law(const std::vector<T>& times,
                                      const std::vector<typename T::Summary>& summaries) {
  if (auto law = broken_order(times)) return law;
  if (auto law = broken_by_times(times)) return law;
  for (const T& t : times)
    if (typename T::Summary{}.results_in(t) != std::optional<T>(t)) return broken("identity", t);
  if (auto law = broken_order(summaries)) return "summaries are " + *law;
  for (const auto& s : summaries)
    if (auto law = broken_by_summary<T>(s, times)) return law;
  for (const auto& s : summaries)
    for (const auto& r : summaries) {
      if (auto law = broken_by_pair<T>(s, r, times)) return law;
      // A shorter way first cannot make the whole way longer, whatever comes before or after.
      for (const auto& q : summaries)
        if (less_equal(s, r) && (!later_or_equal(q.followed_by(s), q.followed_by(r)) ||
                                 !later_or_equal(s.followed_by(q), r.followed_by(q))))
          return broken("ordered", s, r, q);
    }
  return std::nullopt;
}

}  // namespace tidemark::tests
