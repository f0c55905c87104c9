// SPDX-License-Identifier: MIT
//
// stateful_map: records without a key.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>

#include <utility>

using namespace tidemark;

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto step(FlowStream<Record> records) {
  return records |
         stateful_map(
             "sum", [] { return 0; }, [](int state, int value) { return std::pair(state, value); });
}
