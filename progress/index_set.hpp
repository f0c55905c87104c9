// SPDX-License-Identifier: MIT
//
// Index sets: which of n things are marked, found in ascending order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark {

/// A set of small integers that may be filled while it is swept upward.
///
/// A bit set with a second level that says which of its words are not zero, so that finding the
/// next element skips 4,096 absent ones at a time. Cost: insert and erase O(1); to find O(n / 4096
/// + 1), O(1) if it is empty.
class IndexSet {
 public:
  static constexpr std::size_t none = ~std::size_t{0};  ///< no index: nothing was found

  /// Empty. Every index is to be below `size`, which stays as it is.
  explicit IndexSet(std::size_t size = 0)
      : words_((size + 63) / 64),
        bits_(words_ + (size + 4095) / 4096) {}

  /// Nothing happens if it is in the set.
  void insert(std::size_t index) {
    if (!contains(index)) ++count_;
    bits_[index / 64] |= bit(index);
    bits_[words_ + index / 4096] |= bit(index / 64);
  }

  /// Nothing happens if it is not in the set.
  void erase(std::size_t index) {
    if (contains(index)) remove(index);
  }

  /// True if `index` is in the set. O(1).
  bool contains(std::size_t index) const { return (bits_[index / 64] & bit(index)) != 0; }

  /// True if nothing is in the set. O(1).
  bool empty() const { return count_ == 0; }

  /// Removes and returns the least element that is at least `from`; `none` if there is none.
  std::size_t pop_from(std::size_t from) {
    const std::size_t index = next_from(from);
    if (index != none) remove(index);
    return index;
  }

  /// The greatest element that is at most `up_to`; `none` if there is none.
  std::size_t last_up_to(std::size_t up_to) const {
    std::size_t word = up_to / 64;
    if (std::uint64_t rest = bits_[word] & at_most(up_to)) return last(word, rest);
    if (word-- == 0) return none;
    std::size_t block = word / 64;
    std::uint64_t blocks = bits_[words_ + block] & at_most(word);
    while (blocks == 0) {
      if (block-- == 0) return none;
      blocks = bits_[words_ + block];
    }
    word = last(block, blocks);
    return last(word, bits_[word]);
  }

  /// The least element that is at least `from`; `none` if there is none.
  std::size_t next_from(std::size_t from) const {
    std::size_t word = from / 64;
    if (count_ == 0 || word >= words_) return none;
    if (std::uint64_t rest = bits_[word] & at_least(from)) return first(word, rest);
    if (++word >= words_) return none;
    std::size_t block = words_ + word / 64;
    std::uint64_t blocks = bits_[block] & at_least(word);
    while (blocks == 0) {
      if (++block == bits_.size()) return none;
      blocks = bits_[block];
    }
    word = first(block - words_, blocks);
    return first(word, bits_[word]);
  }

 private:
  /// Requires: it is an element.
  void remove(std::size_t index) {
    --count_;
    if ((bits_[index / 64] &= ~bit(index)) == 0) bits_[words_ + index / 4096] &= ~bit(index / 64);
  }

  static std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << (index % 64); }
  static std::uint64_t at_least(std::size_t index) { return ~std::uint64_t{0} << (index % 64); }
  static std::uint64_t at_most(std::size_t index) { return ~std::uint64_t{0} >> (63 - index % 64); }

  static std::size_t first(std::size_t word, std::uint64_t bits) {
    return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }

  static std::size_t last(std::size_t word, std::uint64_t bits) {
    return word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(bits));
  }

  std::size_t count_ = 0;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;  // the words, then the second level: a small set is one line
};

}  // namespace tidemark
