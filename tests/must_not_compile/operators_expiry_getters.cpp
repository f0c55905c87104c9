// SPDX-License-Identifier: MIT
//
// expire_after: a join takes one getter, or one for each of its sides.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, EventTime>> a, FlowStream<std::pair<int, EventTime>> b,
          FlowStream<std::pair<int, EventTime>> c) {
  const std::chrono::hours life(1);
  const auto time_of = std::identity();
#ifdef MISTAKE
  return join("rows", {}, expire_after(life, time_of, time_of), a, b, c);
#else
  return join("rows", {}, expire_after(life, time_of, time_of, time_of), a, b, c);
#endif
}
