// SPDX-License-Identifier: MIT
//
// The laws of timestamps and path summaries, as a function to run on a type of one's own.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace tidemark {
namespace detail {

template <Timestamp T>
class LawCheck {
 public:
  using S = typename T::Summary;
  using Broken = std::optional<std::string>;

  LawCheck(const std::vector<T>& times, const std::vector<S>& summaries)
      : times_(times),
        summaries_(summaries) {}

  Broken run() const {
    if (auto law = of_order(times_, "")) return law;
    if (auto law = of_times()) return law;
    for (const T& t : times_)
      if (S{}.results_in(t) != std::optional<T>(t))
        return broken("identity", "S{}.results_in(t) == t", "t", t);
    if (auto law = of_order(summaries_, "summaries are ")) return law;
    for (const S& s : summaries_)
      if (auto law = of_summary(s)) return law;
    for (const S& s : summaries_)
      for (const S& r : summaries_)
        if (auto law = of_pair(s, r)) return law;
    for (const S& s : summaries_)
      if (auto law = of_repeated(s)) return law;
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t coordinates = coordinates_of<T>;

  /// `nullopt` counts as later than every timestamp.
  template <typename Value>
  static bool later_or_equal(const std::optional<Value>& a, const std::optional<Value>& b) {
    return !b || (a && less_equal(*a, *b));
  }

  static bool resets(const S& s) {
    for (std::uint32_t k = 0; k != coordinates; ++k)
      if (effect_on(s, k) == Effect::resets) return true;
    return false;
  }

  static void print(std::ostream& out, const std::optional<T>& t) {
    if (t) {
      out << *t;
    } else {
      out << "out of range";
    }
  }
  static void print(std::ostream& out, const S& s) {
    if constexpr (requires { out << s; }) {
      out << s;
    } else {
      out << "one that takes " << T::minimum() << " to ";
      print(out, s.results_in(T::minimum()));
    }
  }

  /// The broken law; each value has a name of one letter.
  template <typename... Values>
  static Broken broken(const std::string& name, const char* law, const char* letters,
                       const Values&... values) {
    std::ostringstream text;
    text << name << ": " << law << ", but not for ";
    const char* before = "";
    ((text << before << *letters++ << " = ", print(text, values), before = ", "), ...);
    return std::move(text).str();
  }

  /// The laws of a partial order, and of the total one that extends it.
  template <typename Value>
  static Broken of_order(const std::vector<Value>& values, const std::string& whose) {
    for (const Value& a : values) {
      if (!less_equal(a, a)) return broken(whose + "reflexive", "less_equal(a, a)", "a", a);
      for (const Value& b : values) {
        if (less_equal(a, b) && less_equal(b, a) && !(a == b))
          return broken(whose + "antisymmetric",
                        "less_equal(a, b) and less_equal(b, a) imply a == b", "ab", a, b);
        if (less_equal(a, b) && !(a <= b))
          return broken(whose + "compatible", "less_equal(a, b) implies a <= b", "ab", a, b);
        for (const Value& c : values)
          if (less_equal(a, b) && less_equal(b, c) && !less_equal(a, c))
            return broken(whose + "transitive",
                          "less_equal(a, b) and less_equal(b, c) imply less_equal(a, c)", "abc", a,
                          b, c);
      }
    }
    return std::nullopt;
  }

  Broken of_times() const {
    for (const T& a : times_) {
      if (!less_equal(T::minimum(), a))
        return broken("least", "less_equal(T::minimum(), a)", "a", a);
      for (const T& b : times_) {
        if (a == b && std::hash<T>{}(a) != std::hash<T>{}(b))
          return broken("hash", "a == b implies that they have one hash", "ab", a, b);
        if constexpr (is_totally_ordered<T>)
          if (!less_equal(a, b) && !less_equal(b, a))
            return broken("totally ordered", "less_equal(a, b) or less_equal(b, a)", "ab", a, b);
        if (precedes_all_after(a) && a < b && !less_equal(a, b))
          return broken("first", "precedes_all_after(a) and a <= b imply less_equal(a, b)", "ab", a,
                        b);
        if constexpr (Joinable<T>)
          for (const T& c : times_)
            if ((less_equal(a, c) && less_equal(b, c)) != less_equal(least_upper_bound(a, b), c))
              return broken("least upper bound",
                            "less_equal(a, c) and less_equal(b, c) are one with "
                            "less_equal(least_upper_bound(a, b), c)",
                            "abc", a, b, c);
        if (auto law = of_coordinates(a, b)) return law;
      }
    }
    return std::nullopt;
  }

  /// The coordinates, from the outside in, are what `<=>` compares.
  static Broken of_coordinates(const T& a, const T& b) {
    int order = 0;
    bool before_or_equal = true;  // in every coordinate
    for (std::uint32_t k = 0; k != coordinates; ++k) {
      const int here = compare_coordinate(a, b, k);
      if (order == 0) order = here;
      before_or_equal &= here <= 0;
    }
    if ((order < 0) != (a < b) || (order > 0) != (b < a))
      return broken("coordinates", "<=> compares by the first coordinate that differs", "ab", a, b);
    if (less_equal(a, b) && !before_or_equal)
      return broken("coordinates", "less_equal(a, b) implies it of each coordinate", "ab", a, b);
    return std::nullopt;
  }

  /// The laws of a summary and a time. What it does to the coordinates must be what `effect_on`
  /// says: the check of loops and the order of the tracker's search are built on that.
  static Broken of_result(const S& s, const T& t) {
    const std::optional<T> result = s.results_in(t);
    const auto extensive = [&] {
      return broken(
          "extensive",
          "less_equal(t, s.results_in(t)), where a result that is out of range is nullopt", "str",
          s, t, result);
    };
    if (!resets(s) && !later_or_equal(std::optional<T>(t), result)) return extensive();
    bool advances = false;
    for (std::uint32_t k = 0; k != coordinates; ++k) {
      const Effect effect = effect_on(s, k);
      advances |= effect == Effect::advances;
      if (!result || effect == Effect::resets) continue;
      const int order = compare_coordinate(t, *result, k);
      if (order > 0) return extensive();
      if (order == 0 && effect == Effect::advances)
        return broken("advancing", "s.advances() implies s.results_in(t) != t", "str", s, t,
                      result);
    }
    if (advances != s.advances())
      return broken("advancing", "s.advances() is whether a coordinate is advanced", "s", s);
    return std::nullopt;
  }

  Broken of_summary(const S& s) const {
    for (const T& t : times_) {
      if (auto law = of_result(s, t)) return law;
      for (const T& u : times_)
        if (less_equal(t, u) && !later_or_equal(s.results_in(t), s.results_in(u)))
          return broken("monotone",
                        "less_equal(t, u) implies less_equal(s.results_in(t), s.results_in(u))",
                        "stu", s, t, u);
    }
    return std::nullopt;
  }

  /// r behind s.
  static Broken of_composition(const S& s, const S& r, const T& t) {
    const std::optional<T> half_way = s.results_in(t);
    const std::optional<S> composed = s.followed_by(r);
    const std::optional<T> in_steps = half_way ? r.results_in(*half_way) : std::nullopt;
    const std::optional<T> at_once = composed ? composed->results_in(t) : std::nullopt;
    const bool reset_after_overflow = !half_way && resets(r);
    if (at_once == in_steps || reset_after_overflow) return std::nullopt;
    return broken("composition",
                  "s.followed_by(r).results_in(t), x, is s.results_in(t) and then r.results_in, y",
                  "srtxy", s, r, t, at_once, in_steps);
  }

  /// r behind s and beside s, and a third before or behind both: a shorter way first cannot make
  /// the whole way longer.
  Broken of_pair(const S& s, const S& r) const {
    for (const T& t : times_) {
      if (auto law = of_composition(s, r, t)) return law;
      if (less_equal(s, r) && !later_or_equal(s.results_in(t), r.results_in(t)))
        return broken("ordered",
                      "less_equal(s, r) implies less_equal(s.results_in(t), r.results_in(t))",
                      "srt", s, r, t);
    }
    for (const S& q : summaries_)
      if (less_equal(s, r) && (!later_or_equal(q.followed_by(s), q.followed_by(r)) ||
                               !later_or_equal(s.followed_by(q), r.followed_by(q))))
        return broken("ordered", "less_equal(s, r) goes on to hold before q and behind it", "srq",
                      s, r, q);
    return std::nullopt;
  }

  /// Takes the way that s stands for 2, 4, 8... times, until that is out of range: there a sum that
  /// wraps around is found, wherever the range of the numbers ends.
  Broken of_repeated(S s) const {
    if (!s.advances() || resets(s)) return std::nullopt;
    std::vector<T> times = times_;
    for (std::uint32_t doubled = 0; doubled != 256; ++doubled) {
      std::optional<T> furthest;
      for (const T& t : times) {
        if (auto law = of_result(s, t)) return law;
        if (auto law = of_composition(s, s, t)) return law;
        const std::optional<T> result = s.results_in(t);
        if (result && (!furthest || *furthest < *result)) furthest = result;
      }
      if (furthest) times.push_back(*furthest);
      const std::optional<S> twice = s.followed_by(s);
      if (!twice || *twice == s) break;
      s = *twice;
    }
    return std::nullopt;
  }

  const std::vector<T>& times_;
  const std::vector<S>& summaries_;
};

}  // namespace detail

/// The first law of timestamp.hpp that does not hold for these samples, as `name: law, but not for
/// a = ..., b = ...`; nullopt if all do. They are checked on all triples of times and of summaries,
/// and on each summary that advances, again and again up to the end of its range, so that one whose
/// sums wrap around is found without a sample next to that.
///
///     if (const auto law = broken_law<Tide>({{0}, {1}, {2}}, {{}, {1}, {2}})) {
///       std::cerr << "Tide breaks a law, " << *law << '\n';
///     }
///
/// Choose about a dozen of each: the least one, neighbours, incomparable ones, the last of the
/// range and the one before. Cost: O(times^3 + times^2 * summaries + times * summaries^2 +
/// summaries^3).
template <Timestamp T>
std::optional<std::string> broken_law(const std::vector<T>& times,
                                      const std::vector<typename T::Summary>& summaries) {
  return detail::LawCheck<T>(times, summaries).run();
}

}  // namespace tidemark
