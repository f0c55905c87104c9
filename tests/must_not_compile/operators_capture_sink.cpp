// SPDX-License-Identifier: MIT
//
// capture: the sink keeps what flows.
#include <tidemark/operators/captures/captured.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Kept = Captured<Epoch, float>;
#else
using Kept = Captured<Epoch, int>;
#endif

auto step(Stream<Epoch, int> numbers, Kept kept) {
  return numbers | capture(kept);
}
