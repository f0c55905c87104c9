// SPDX-License-Identifier: MIT
//
// filter: a number is not an answer.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/filter.hpp>

using namespace tidemark;

auto step(FlowStream<int> numbers) {
#ifdef MISTAKE
  return numbers | filter([](int n) { return n % 2; });
#else
  return numbers | filter([](int n) { return n % 2 != 0; });
#endif
}
