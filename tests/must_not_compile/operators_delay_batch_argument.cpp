// SPDX-License-Identifier: MIT
//
// delay_batch: asks about records.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/timestamps/delay.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

auto step(Stream<Epoch, int> numbers) {
#ifdef MISTAKE
  return numbers | delay_batch([](Epoch time, int) { return time; });
#else
  return numbers | delay_batch([](Epoch time) { return time; });
#endif
}
