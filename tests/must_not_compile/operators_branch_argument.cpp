// SPDX-License-Identifier: MIT
//
// branch: a predicate that returns no bool.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

auto step(Stream<Epoch, int> numbers) {
#ifdef MISTAKE
  return numbers | branch([](int n) { return n; });
#else
  return numbers | branch([](int n) { return n > 0; });
#endif
}
