// SPDX-License-Identifier: MIT
//
// expire_after: event time is that of sources, which loops do not have.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/progress/nested.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

#ifdef MISTAKE
using Time = Nested<Epoch, 1>;
#else
using Time = Epoch;
#endif

auto step(Stream<Time, std::pair<int, EventTime>> records) {
  const auto latest = [](EventTime a, EventTime b) { return a < b ? b : a; };
  const auto never = [](EventTime) { return false; };
  const auto expiry = expire_after(std::chrono::hours(1), std::identity());
  return records | reduce("latest", latest, never, expiry);
}
