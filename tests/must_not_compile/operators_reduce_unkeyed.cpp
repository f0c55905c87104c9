// SPDX-License-Identifier: MIT
//
// reduce: records without a key.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/reduce.hpp>

#include <functional>
#include <utility>

using namespace tidemark;

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto step(FlowStream<Record> records) {
  return records | reduce("sum", std::plus<>(), [](int) { return true; });
}
