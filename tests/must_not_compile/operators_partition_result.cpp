// SPDX-License-Identifier: MIT
//
// partition: an index without a record.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/routing/partition.hpp>
#include <tidemark/progress/epoch.hpp>

#include <utility>

using namespace tidemark;

auto step(Stream<Epoch, int> numbers) {
#ifdef MISTAKE
  return numbers | partition(2, [](int n) { return n % 2; });
#else
  return numbers | partition(2, [](int n) { return std::pair(n % 2, n); });
#endif
}
