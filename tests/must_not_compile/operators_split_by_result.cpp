// SPDX-License-Identifier: MIT
//
// split_by: a result that is no variant.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/routing/split_by.hpp>
#include <tidemark/progress/epoch.hpp>

#include <variant>

using namespace tidemark;

#ifdef MISTAKE
using Result = std::variant<int, long, bool>;
#else
using Result = std::variant<int, bool>;
#endif

auto step(Stream<Epoch, int> numbers) {
  return numbers | split_by([](int n) { return Result(n); });
}
