// SPDX-License-Identifier: MIT
//
// accumulate: the fold is given the accumulator and one record.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/timestamps/accumulate.hpp>

#include <utility>

using namespace tidemark;

auto step(FlowStream<std::pair<int, int>> records) {
#ifdef MISTAKE
  return records | accumulate("sum", 0, [](int& sum, int value) { sum += value; });
#else
  return records |
         accumulate("sum", 0, [](int& sum, std::pair<int, int> item) { sum += item.second; });
#endif
}
