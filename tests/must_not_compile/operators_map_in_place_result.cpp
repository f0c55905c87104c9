// SPDX-License-Identifier: MIT
//
// map_in_place: a result that would be lost.
#include <tidemark/core/scope.hpp>
#include <tidemark/operators/stateless/map_in_place.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

auto step(Stream<Epoch, int> numbers) {
#ifdef MISTAKE
  return numbers | map_in_place([](int n) { return n + 1; });
#else
  return numbers | map_in_place([](int& n) { ++n; });
#endif
}
