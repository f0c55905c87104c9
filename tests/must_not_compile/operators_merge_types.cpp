// SPDX-License-Identifier: MIT
//
// merge: streams of one type only.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/routing/merge.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Other = long;
#else
using Other = int;
#endif

auto step(FlowStream<int> numbers, FlowStream<Other> others) {
  return merge(numbers, others);
}
