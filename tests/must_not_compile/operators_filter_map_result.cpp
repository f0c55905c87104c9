// SPDX-License-Identifier: MIT
//
// filter_map: only an optional can be empty.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>

#include <optional>

using namespace tidemark;

#ifdef MISTAKE
using Result = int;
#else
using Result = std::optional<int>;
#endif

auto step(FlowStream<int> numbers) {
  return numbers | filter_map([](int n) -> Result { return n; });
}
