// SPDX-License-Identifier: MIT
//
// inspect_batch: a record is no batch.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/progress/epoch.hpp>

#include <vector>

using namespace tidemark;

#ifdef MISTAKE
using Records = int;
#else
using Records = std::vector<int>;
#endif

auto step(Stream<Epoch, int> numbers) {
  return numbers | inspect_batch([](Epoch, const Records&) {});
}
