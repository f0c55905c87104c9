// SPDX-License-Identifier: MIT
//
// Timestamps and path summaries: the two concepts that everything in this folder is written for.
#pragma once

#include <tidemark/progress/partial_order.hpp>

#include <concepts>
#include <functional>
#include <optional>

namespace tidemark {

/// What a path through the dataflow does to a timestamp: advance it, or carry it out of range.
///
/// Laws, for all summaries s, r and times t, u (tests/progress/timestamp_laws.hpp):
///   identity      S{}.results_in(t) == t
///   composition   s.followed_by(r).results_in(t) == s.results_in(t), then r.results_in
///   monotone      less_equal(t, u) implies less_equal(s.results_in(t), s.results_in(u))
///   extensive     less_equal(t, s.results_in(t))
///   advancing     s.advances() implies s.results_in(t) != t
///
/// Failure: `nullopt` says that the timestamp is out of range, so that nothing can arrive by this
/// path. A batch whose timestamp leaves the range is dropped.
template <typename S, typename T>
concept PathSummary = std::regular<S> && std::totally_ordered<S> && PartiallyOrdered<T> &&
                      requires(const S& s, const T& t) {
                        { s.results_in(t) } -> std::same_as<std::optional<T>>;
                        { s.followed_by(s) } -> std::same_as<std::optional<S>>;
                        { s.advances() } -> std::same_as<bool>;
                      };

/// A logical time: an element of a partial order with a least element.
///
/// Laws (tests/progress/timestamp_laws.hpp):
///   order        less_equal is reflexive, antisymmetric and transitive
///   least        less_equal(T::minimum(), t)
///   compatible   less_equal(a, b) implies a <= b, so sorting never contradicts the partial order
///
/// Cost: timestamps are copied into queues and sorted; make copying and comparing cheap.
/// Models: Epoch (epoch.hpp), Product (product.hpp).
template <typename T>
concept Timestamp =
    std::regular<T> && std::totally_ordered<T> && PartiallyOrdered<T> && requires(const T& t) {
      typename T::Summary;
      { T::minimum() } -> std::same_as<T>;
      { std::hash<T>{}(t) } -> std::convertible_to<std::size_t>;
    } && PathSummary<typename T::Summary, T>;

}  // namespace tidemark
