// SPDX-License-Identifier: MIT
//
// Collection: all values.
#pragma once

#include <tidemark/core/undefined.hpp>
#include <tidemark/windowing/aggregate.hpp>

#include <algorithm>
#include <concepts>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// How a container tells its keys apart, if it does.
template <typename Into>
struct KeyRuleOf {
  using type = void;
};
template <typename Into>
  requires requires { typename Into::key_compare; }
struct KeyRuleOf<Into> {
  using type = typename Into::key_compare;
};
template <typename Into>
  requires requires { typename Into::key_equal; }
struct KeyRuleOf<Into> {
  using type = typename Into::key_equal;
};

/// A container whose keys must be equal to themselves. A rule of the program's own is trusted.
template <typename Into, typename Rule = typename KeyRuleOf<Into>::type>
inline constexpr bool wants_defined_keys = false;
template <typename Into, template <typename> typename Rule, typename Of>
inline constexpr bool wants_defined_keys<Into, Rule<Of>> =
    std::same_as<Rule<Of>, std::less<Of>> || std::same_as<Rule<Of>, std::greater<Of>> ||
    std::same_as<Rule<Of>, std::equal_to<Of>>;

}  // namespace detail

/// All values in a container: a sequence, in the order of their times and, of one time, of arrival,
/// or all in that of arrival unless they are `sorted`; a set; or a map of values that are pairs, of
/// which the last of a key stays. A set or a map by `<`, `>` or `==` has no place for a key that is
/// not equal to itself, such as NaN: it is refused. One by KeyLess (hash.hpp) has.
template <typename Value, typename Into>
struct Collection {
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is the values with their times, in the order
  /// in which they were folded.
  using Accumulator = std::vector<std::pair<EventTime, Value>>;
  static constexpr Algebra algebra = Algebra::plain;  // to share slices would be to copy them
  static constexpr bool commutative = true;           // for it sorts by itself
  ///@}

  bool sorted = true;  ///< by time; else the order of arrival stays

  ///@{
  /// As Aggregate says (aggregate.hpp). `result` throws std::domain_error for a key that would be
  /// lost.
  Accumulator first(Value value, EventTime time) {
    Accumulator all;
    all.emplace_back(time, std::move(value));
    return all;
  }
  void add(Accumulator& all, Value value, EventTime time) {
    all.emplace_back(time, std::move(value));
  }
  void combine(Accumulator& all, const Accumulator& later) {
    all.insert(all.end(), later.begin(), later.end());
  }
  Into result(Accumulator&& all) {
    if (sorted) std::ranges::stable_sort(all, {}, [](const auto& entry) { return entry.first; });
    Into values;
    for (auto& [time, value] : all) {
      if constexpr (detail::wants_defined_keys<Into>) require_place(value);
      if constexpr (requires { values.insert_or_assign(value.first, value.second); }) {
        values.insert_or_assign(std::move(value.first), std::move(value.second));
      } else {
        values.insert(values.end(), std::move(value));
      }
    }
    return values;
  }
  ///@}

 private:
  static void require_place(const Value& value) {
    const auto& key = [&]() -> const auto& {
      if constexpr (requires { typename Into::mapped_type; }) {
        return value.first;
      } else {
        return value;
      }
    }();
    if (is_undefined(key))
      throw std::domain_error(
          "a value to be collected is not equal to itself (NaN?), so a set or map would lose it, "
          "or "
          "others; collect it into one that is ordered by tidemark::KeyLess, or into a vector");
  }
};

}  // namespace tidemark
