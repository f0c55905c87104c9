// SPDX-License-Identifier: MIT
//
// Tape: a source of choices for random cases that shrink well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// A source of choices that shrinks well: a case is drawn from it number by number, and RapidCheck
/// makes the case smaller by dropping and lowering numbers. At its end every choice is 0, so let 0
/// be the simplest choice.
class Tape {
 public:
  Tape() = default;
  explicit Tape(std::vector<std::uint8_t> numbers) : numbers_(std::move(numbers)) {}

  bool at_end() const { return next_ >= numbers_.size(); }

  /// How many numbers have been drawn.
  std::size_t used() const { return next_; }

  /// A number below `limit`, which is from 1 to 256.
  std::uint32_t below(std::size_t limit) {
    return at_end() ? 0 : static_cast<std::uint32_t>(numbers_[next_++] % limit);
  }

 private:
  std::vector<std::uint8_t> numbers_;
  std::size_t next_ = 0;
};

}  // namespace tidemark::tests
