// SPDX-License-Identifier: MIT
//
// Rests: pushes that go on when the push that brought them is over.
#pragma once

#include <cstddef>
#include <vector>

namespace tidemark {

/// What is left of a push when it has nested deep enough (relay.hpp).
class RestOfPush {
 public:
  virtual ~RestOfPush() = default;
  virtual void push_rest() = 0;
};

/// The rests of a worker, in order: pushed before the operator that runs is done, or if none runs,
/// at the beginning of the next step. Thread: its worker.
class Rests {
 public:
  void push_later(RestOfPush& rest) { rests_.push_back(&rest); }

  bool empty() const { return rests_.empty(); }

  /// Pushes all of them, and what they add. One that throws is not pushed again.
  void push_all() {
    if (!rests_.empty()) push_each();
  }

 private:
  [[gnu::noinline]] void push_each() {
    std::size_t done = 0;
    try {
      while (done != rests_.size()) rests_[done++]->push_rest();
    } catch (...) {
      rests_.erase(rests_.begin(), rests_.begin() + static_cast<std::ptrdiff_t>(done));
      throw;
    }
    rests_.clear();
  }

  std::vector<RestOfPush*> rests_;
};

}  // namespace tidemark
