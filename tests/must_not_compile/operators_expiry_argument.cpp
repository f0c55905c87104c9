// SPDX-License-Identifier: MIT
//
// A keyed step: when keys expire is said by expire_after.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/reduce.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
  const auto never = [](int) { return false; };
#ifdef MISTAKE
  return records | reduce("sums", std::plus<int>(), never, std::chrono::hours(1));
#else
  return records | reduce("sums", std::plus<int>(), never, expire_after(std::chrono::hours(1)));
#endif
}
