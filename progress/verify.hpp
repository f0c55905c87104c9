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
/// paper, given the same counts at once, has the same. Requires: propagated. Cost: that of all
/// counts, and O(locations).
template <Timestamp T, template <typename> typename Sites>
void verify(const Tracker<T, Sites>& tracker) {
  const std::shared_ptr<const Topology<T>> borrowed(std::shared_ptr<void>(), &tracker.topology());
  Tracker<T> paper(borrowed);
  for (std::uint32_t l = 0; l != borrowed->locations(); ++l)
    for (const auto& [time, count] : tracker.counts({l}).entries())
      paper.update({{l}, time}, count);
  paper.propagate([](auto&&...) {});
  for (std::uint32_t l = 0; l != borrowed->locations(); ++l)
    TIDEMARK_CHECK(tracker.frontier({l}) == paper.frontier({l}),
                   "a frontier is the least of what the counts could result in");
  TIDEMARK_CHECK(tracker.empty() == paper.empty(), "a tracker is empty if all counts are zero");
}

/// Spreads checks over steps, so that they cost no more than the steps do.
class SpreadChecks {
 public:
  /// Whether a check of so much is due at this step: every time if it is small.
  bool due(std::size_t cost) {
    if (++steps_ * paid_by_a_step < cost) return false;
    steps_ = 0;
    return true;
  }

 private:
  static constexpr std::size_t paid_by_a_step = 256;
  std::size_t steps_ = 0;
};

}  // namespace tidemark::detail
