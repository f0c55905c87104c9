// SPDX-License-Identifier: MIT
//
// Executable invariants: what must hold between two steps, checked against its definition.
#pragma once

#include <tidemark/progress/check.hpp>
#include <tidemark/progress/tracker.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace tidemark::detail {

/// Stops the program unless the frontiers of `tracker` follow from its counts: the tracker of the
/// paper, given the same counts at once, has the same. Requires: propagated. Returns what it has
/// cost: how many locations and counts it has looked at.
template <Timestamp T, template <typename> typename Sites>
std::size_t verify(const Tracker<T, Sites>& tracker) {
  const std::shared_ptr<const Topology<T>> borrowed(std::shared_ptr<void>(), &tracker.topology());
  Tracker<T> paper(borrowed);
  std::size_t cost = borrowed->locations();
  for (std::uint32_t l = 0; l != borrowed->locations(); ++l)
    for (const auto& [time, count] : tracker.counts({l}).entries()) {
      paper.update({{l}, time}, count);
      ++cost;
    }
  paper.propagate([](auto&&...) {});
  for (std::uint32_t l = 0; l != borrowed->locations(); ++l)
    TIDEMARK_CHECK(tracker.frontier({l}) == paper.frontier({l}),
                   "a frontier is the least of what the counts could result in");
  TIDEMARK_CHECK(tracker.empty() == paper.empty(), "a tracker is empty if all counts are zero");
  return cost;
}

/// Spreads checks over steps, so that they cost no more than the steps do.
class SpreadChecks {
 public:
  /// Whether the steps since the last check have paid for it. A small one is due at every step.
  bool due() {
    if (++steps_ * paid_by_a_step < cost_) return false;
    steps_ = 0;
    return true;
  }
  /// The check that was due has looked at so many things.
  void has_cost(std::size_t cost) { cost_ = cost; }

 private:
  static constexpr std::size_t paid_by_a_step = 256;
  std::size_t steps_ = 0;
  std::size_t cost_ = 0;
};

}  // namespace tidemark::detail
