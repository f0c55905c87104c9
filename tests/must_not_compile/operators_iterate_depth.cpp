// SPDX-License-Identifier: MIT
//
// iterate: only where timestamps have a counter left.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Time = Epoch;
#else
using Time = Nested<Epoch, 0, 1>;
#endif

auto step(Stream<Time, int> numbers) {
  return iterate(numbers, [](auto again) { return again; });
}
