// SPDX-License-Identifier: MIT
//
// map: nothing is not a record.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/map.hpp>

using namespace tidemark;

auto step(FlowStream<int> numbers) {
#ifdef MISTAKE
  return numbers | map([](int) {});
#else
  return numbers | map([](int n) { return n; });
#endif
}
