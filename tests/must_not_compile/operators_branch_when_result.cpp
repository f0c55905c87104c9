// SPDX-License-Identifier: MIT
//
// branch_when: only yes and no.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Answer = int;
#else
using Answer = bool;
#endif

auto step(Stream<Epoch, int> numbers) {
  return numbers | branch_when([](Epoch time) -> Answer { return time.value % 2 != 0; });
}
