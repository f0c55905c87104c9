// SPDX-License-Identifier: MIT
//
// expire_after: the getter takes the value of the stream's records.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/reduce.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, EventTime>> records) {
  const auto latest = [](EventTime a, EventTime b) { return a < b ? b : a; };
  const auto never = [](EventTime) { return false; };
#ifdef MISTAKE
  const auto time_of = [](const std::pair<int, EventTime>& record) { return record.second; };
#else
  const auto time_of = std::identity();
#endif
  return records | reduce("latest", latest, never, expire_after(std::chrono::hours(1), time_of));
}
