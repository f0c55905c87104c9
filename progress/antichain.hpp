// SPDX-License-Identifier: MIT
//
// Antichains: the minimal elements of "everything that may still happen".
//
// A frontier is an antichain. That nothing before the frontier can still arrive is the only promise
// progress tracking makes, and this file is where the promise is represented. Who moves frontiers:
// mutable_antichain.hpp. Where they come from: tracker.hpp.
#pragma once

#include <tidemark/progress/partial_order.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <ostream>
#include <type_traits>

namespace tidemark {

namespace detail {

/// Elements of an antichain in a total order: none or one.
template <typename T>
class AtMostOne {
 public:
  using const_iterator = const T*;
  const T* begin() const { return &element_; }
  const T* end() const { return &element_ + (present_ ? 1 : 0); }
  bool empty() const { return !present_; }
  std::size_t size() const { return present_ ? 1 : 0; }
  void clear() { present_ = false; }
  void set(const T& element) {
    element_ = element;
    present_ = true;
  }
  friend bool operator==(const AtMostOne& a, const AtMostOne& b) {
    return a.present_ == b.present_ && (!a.present_ || a.element_ == b.element_);
  }

 private:
  T element_{};
  bool present_ = false;
};

}  // namespace detail

/// A set of mutually incomparable elements.
///
/// Read as a frontier it stands for every timestamp that is greater than or equal to one of its
/// elements: those can still appear. The empty antichain says that nothing can.
///
/// Cost: linear in the number of elements, which is 1 for a totally ordered T; equality is linear,
/// since elements are kept sorted by `<=>`. One element is held without an allocation.
template <PartiallyOrdered T>
class Antichain {
 public:
  ///@{
  /// How the elements are held, sorted by `<=>`: in place, and at most one, if T is totally
  /// ordered.
  using Elements = std::conditional_t<is_totally_ordered<T>, detail::AtMostOne<T>,
                                      boost::container::small_vector<T, 1>>;
  using const_iterator = typename Elements::const_iterator;
  ///@}

  Antichain() = default;
  /// The minimal ones of `elements`.
  Antichain(std::initializer_list<T> elements) {
    for (const T& element : elements) insert(element);
  }

  /// Adds `element` unless something in the antichain is less than or equal to it, and removes what
  /// it precedes. True if it was added.
  bool insert(const T& element) {
    if (less_equal_to(element)) return false;
    if constexpr (is_totally_ordered<T>) {
      elements_.set(element);
    } else {
      const auto later = std::ranges::remove_if(
          elements_, [&](const T& other) { return less_equal(element, other); });
      elements_.erase(later.begin(), later.end());
      elements_.insert(std::ranges::upper_bound(elements_, element), element);
    }
    return true;
  }

  /// True if some element is less than or equal to `time`: as a frontier, `time` can still appear.
  bool less_equal_to(const T& time) const {
    return std::ranges::any_of(elements_, [&](const T& e) { return less_equal(e, time); });
  }

  /// True if some element is strictly less than `time`.
  bool less_than_to(const T& time) const {
    return std::ranges::any_of(elements_, [&](const T& e) { return less_than(e, time); });
  }

  /// True if every element of `later` is greater than or equal to one of this antichain: a frontier
  /// may move from here to `later`.
  bool dominates(const Antichain& later) const {
    return std::ranges::all_of(later, [&](const T& e) { return less_equal_to(e); });
  }

  ///@{
  /// The elements, sorted by `<=>`. Those of a frontier that has none: nothing can appear any more.
  bool empty() const { return elements_.empty(); }
  std::size_t size() const { return elements_.size(); }
  const_iterator begin() const { return elements_.begin(); }
  const_iterator end() const { return elements_.end(); }
  ///@}
  /// Removes all elements.
  void clear() { elements_.clear(); }

  friend bool operator==(const Antichain&, const Antichain&) = default;

  /// Prints `{a, b}`.
  friend std::ostream& operator<<(std::ostream& out, const Antichain& antichain) {
    out << '{';
    const char* separator = "";
    for (const T& element : antichain) {
      out << separator << element;
      separator = ", ";
    }
    return out << '}';
  }

 private:
  Elements elements_;
};

}  // namespace tidemark
