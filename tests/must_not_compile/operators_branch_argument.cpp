// SPDX-License-Identifier: MIT
//
// branch: a predicate of the record alone.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/branch.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

auto step(Stream<Epoch, int> numbers) {
#ifdef MISTAKE
  return numbers | branch([](int n) { return n > 0; });
#else
  return numbers | branch([](Epoch, int n) { return n > 0; });
#endif
}
