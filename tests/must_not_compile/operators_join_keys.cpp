// SPDX-License-Identifier: MIT
//
// join: both streams have the same type of key.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed/join.hpp>

#include <utility>

using namespace tidemark;

#ifdef MISTAKE
auto step(FlowStream<std::pair<int, int>> left, FlowStream<std::pair<long, int>> right) {
#else
auto step(FlowStream<std::pair<int, int>> left, FlowStream<std::pair<int, long>> right) {
#endif
  return join("pairs", left, right);
}
