// SPDX-License-Identifier: MIT
//
// leave: only from a loop.
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Time = Nested<Epoch, 0, 1>;
#else
using Time = Nested<Epoch, 1, 1>;
#endif

auto step(Stream<Time, int> numbers) {
  return numbers | leave();
}
