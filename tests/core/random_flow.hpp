// SPDX-License-Identifier: MIT
//
// Random dataflows, for tests that compare what is said of a run with the run.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/core/steps.hpp>

#include <cstdint>

namespace tidemark::tests {

using Number = std::uint64_t;
using Numbers = Stream<Epoch, Number>;

/// What goes round a loop comes back `later` epochs later, until `last`.
inline Numbers loop(const Numbers& stream, Number last, Number later) {
  OperatorBuilder<Epoch> op(*stream.scope, "loop");
  auto& first = op.input(stream, by_hash());
  auto [out, looping] = op.output<Number>();
  auto& again = op.input(looping, by_value());
  op.connect({{0, 0, {}}, {1, 0, {later}}});
  op.build([&first, &again, &out = out, last, later] {
    first.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    again.for_each([&](auto& batch) {
      if (batch.time.value + later > last) return;
      const auto capability = out.retain(batch).delayed(batch.time.value + later);
      for (Number& n : batch.records) ++n;
      out.at(capability).give_all(batch.records);
      out.flush();
    });
  });
  return looping;
}

/// A random dataflow: steps that hold, loops, and exchanges.
inline Numbers random_flow(Numbers stream, std::uint64_t seed, Arrivals<Number>& arrivals) {
  Random random(seed);
  for (std::uint64_t steps = 1 + random.below(4); steps != 0; --steps) {
    switch (random.below(3)) {
      case 0:
        stream = hold(
            stream, by_value(), [](Number n) { return n % 3; }, arrivals);
        break;
      case 1:
        stream = loop(stream, 6, 1 + random.below(2));
        break;
      default:
        stream = map_numbers(stream, [](Number n) { return n * 7 + 1; });
    }
  }
  return stream;
}

}  // namespace tidemark::tests
