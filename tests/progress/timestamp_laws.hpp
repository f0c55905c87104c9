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

/// Checks every law that timestamp.hpp states, on all triples of `times` and all pairs of
/// `summaries`. Returns nullopt if all hold, else the name of a broken law with a counterexample.
///
/// Choose a dozen times and summaries: the least one, neighbours, incomparable ones, and some next
/// to the end of the range. Where a summary overflows, `nullopt` counts as later than every time.
///
///     CHECK(broken_law<MyTime>({{0}, {1}, {2}}, {{}, MyTime::Summary{1}}) == std::nullopt);
template <Timestamp T>
std::optional<std::string> broken_law(const std::vector<T>& times,
                                      const std::vector<typename T::Summary>& summaries) {
  using Summary = typename T::Summary;
  using Maybe = std::optional<T>;
  const auto later_or_equal = [](const Maybe& a, const Maybe& b) {
    return !b || (a && less_equal(*a, *b));
  };
  const auto broken = [](const char* law, const auto&... values) {
    std::ostringstream text;
    text << law << ':';
    const auto print = [&](const auto& value) {
      if constexpr (requires { text << value; }) text << ' ' << value;
    };
    (print(values), ...);
    return text.str();
  };

  for (const T& a : times) {
    if (!less_equal(a, a)) return broken("reflexive", a);
    if (!less_equal(T::minimum(), a)) return broken("least", a);
    for (const T& b : times) {
      if (less_equal(a, b) && less_equal(b, a) && !(a == b)) return broken("antisymmetric", a, b);
      if (less_equal(a, b) && !(a <= b)) return broken("compatible", a, b);
      if (a == b && std::hash<T>{}(a) != std::hash<T>{}(b)) return broken("hash", a, b);
      if constexpr (is_totally_ordered<T>)
        if (!less_equal(a, b) && !less_equal(b, a)) return broken("totally ordered", a, b);
      for (const T& c : times)
        if (less_equal(a, b) && less_equal(b, c) && !less_equal(a, c))
          return broken("transitive", a, b, c);
    }
  }

  for (const T& t : times)
    if (Summary{}.results_in(t) != Maybe(t)) return broken("identity", t);
  for (const Summary& s : summaries) {
    for (const T& t : times) {
      const Maybe result = s.results_in(t);
      if (!later_or_equal(t, result)) return broken("extensive", s, t);
      if (s.advances() && result == Maybe(t)) return broken("advancing", s, t);
      for (const T& u : times)
        if (less_equal(t, u) && !later_or_equal(result, s.results_in(u)))
          return broken("monotone", s, t, u);
    }
  }
  for (const Summary& s : summaries)
    for (const Summary& r : summaries) {
      const std::optional<Summary> composed = s.followed_by(r);
      for (const T& t : times) {
        const Maybe half_way = s.results_in(t);
        const Maybe in_steps = half_way ? r.results_in(*half_way) : std::nullopt;
        const Maybe at_once = composed ? composed->results_in(t) : std::nullopt;
        if (at_once != in_steps) return broken("composition", s, r, t);
      }
    }
  return std::nullopt;
}

}  // namespace tidemark::tests
