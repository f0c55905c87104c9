// SPDX-License-Identifier: MIT
//
// aggregate: the fold is given the accumulator, and changes it.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>

#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
#ifdef MISTAKE
  const auto fold = [](int, int value) { return value; };
#else
  const auto fold = [](int, int value, int& sum) { sum += value; };
#endif
  return records | aggregate<int>("sum", fold, [](int key, int sum) { return key + sum; });
}
