// SPDX-License-Identifier: MIT
//
// A stream: of one type of records.
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/progress/epoch.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Other = long;
#else
using Other = int;
#endif

void step(OpenInput<Epoch, int> input, Stream<Epoch, Other> stream) {
  input.connect(stream, Pipeline{});
}
