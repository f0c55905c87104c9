// SPDX-License-Identifier: MIT
//
// A step's inputs: of one loop depth.
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Other = Nested<Epoch, 0, 1>;
#else
using Other = Nested<Epoch, 1, 1>;
#endif

void step(Stream<Nested<Epoch, 1, 1>, int> inside, Stream<Other, int> other) {
  OperatorBuilder<Nested<Epoch, 1, 1>> op(*inside.scope, "join");
  op.input(inside, Pipeline{});
  op.input(other, Pipeline{});
}
