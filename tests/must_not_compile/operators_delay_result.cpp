// SPDX-License-Identifier: MIT
//
// delay: by how much instead of to when.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/timestamps/delay.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

using namespace tidemark;

using Time = Nested<Epoch, 1>;

auto step(Stream<Time, int> numbers) {
#ifdef MISTAKE
  return numbers | delay([](const Time&, int n) { return n; });
#else
  return numbers | delay([](const Time& time, int n) { return Time(time.time, n); });
#endif
}
