// SPDX-License-Identifier: MIT
//
// iterator_source: next says when it ends.
#include <tidemark/operators/ends/iterator_source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <optional>
#include <utility>
#include <vector>

using namespace tidemark;

auto step(Scope<Epoch>& scope) {
#ifdef MISTAKE
  const auto next = [](Epoch) { return std::vector<int>{1}; };
#else
  const auto next = [](Epoch) { return std::optional(std::vector<int>{1}); };
#endif
  return iterator_source(scope, "numbers", next, Probe<Epoch>(), 3);
}
