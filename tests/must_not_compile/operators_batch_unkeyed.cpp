// SPDX-License-Identifier: MIT
//
// batch: records without a key.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/batch.hpp>

#include <chrono>
#include <utility>

using namespace tidemark;

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto step(FlowStream<Record> records) {
  return records | batch("tens", 10, std::chrono::seconds(1));
}
