// SPDX-License-Identifier: MIT
//
// Product: pairs of timestamps, ordered coordinate by coordinate, a genuine partial order.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <compare>
#include <functional>
#include <optional>
#include <ostream>

namespace tidemark {

/// What a path does to a pair: `first` to its first coordinate, `second` to its second.
template <typename A, typename B>
struct ProductSummary;

/// The pair (first, second). `less_equal` asks both coordinates, so (0, 1) and (1, 0) are
/// incomparable; `<=>` is the lexicographic order, which extends it.
template <Timestamp A, Timestamp B>
struct Product {
  using Summary = ProductSummary<A, B>;  ///< what a path does to each coordinate

  A first{};   ///< `<=>` compares it before the other
  B second{};  ///< `<=>` compares it where the first ones are equal

  ///@{
  /// As timestamp.hpp and partial_order.hpp say.
  static constexpr Product minimum() { return {A::minimum(), B::minimum()}; }

  friend constexpr auto operator<=>(const Product&, const Product&) = default;
  friend constexpr bool less_equal(const Product& a, const Product& b) {
    return less_equal(a.first, b.first) && less_equal(a.second, b.second);
  }
  friend constexpr bool is_beyond_all_time(const Product& pair) {
    return is_beyond_all_time(pair.first) || is_beyond_all_time(pair.second);
  }
  friend constexpr bool precedes_all_after(const Product& pair) {
    return precedes_all_after(pair.first) && pair.second == B::minimum();
  }
  friend constexpr Product least_upper_bound(const Product& a, const Product& b)
    requires(Joinable<A> && Joinable<B>)
  {
    return {least_upper_bound(a.first, b.first), least_upper_bound(a.second, b.second)};
  }
  ///@}
  friend std::ostream& operator<<(std::ostream& out, const Product& pair) {
    return out << '(' << pair.first << ',' << pair.second << ')';
  }
};

template <typename A, typename B>
struct ProductSummary {
  typename A::Summary first{};   ///< what happens to the first coordinate
  typename B::Summary second{};  ///< what happens to the second

  ///@{
  /// As PathSummary says (timestamp.hpp). Out of range is what either coordinate is out of.
  constexpr std::optional<Product<A, B>> results_in(const Product<A, B>& pair) const {
    auto a = first.results_in(pair.first);
    auto b = second.results_in(pair.second);
    if (!a || !b) return std::nullopt;
    return Product<A, B>{*a, *b};
  }

  constexpr std::optional<ProductSummary> followed_by(const ProductSummary& next) const {
    auto a = first.followed_by(next.first);
    auto b = second.followed_by(next.second);
    if (!a || !b) return std::nullopt;
    return ProductSummary{*a, *b};
  }

  constexpr bool advances() const { return first.advances() || second.advances(); }

  friend constexpr auto operator<=>(const ProductSummary&, const ProductSummary&) = default;
  friend constexpr bool less_equal(const ProductSummary& a, const ProductSummary& b) {
    return less_equal(a.first, b.first) && less_equal(a.second, b.second);
  }
  ///@}
  friend std::ostream& operator<<(std::ostream& out, const ProductSummary& summary) {
    return out << '(' << summary.first << ',' << summary.second << ')';
  }
};

}  // namespace tidemark

template <typename A, typename B>
struct std::hash<tidemark::Product<A, B>> {
  std::size_t operator()(const tidemark::Product<A, B>& pair) const noexcept {
    return std::hash<A>{}(pair.first) * 0x9E3779B97F4A7C15u ^ std::hash<B>{}(pair.second);
  }
};
