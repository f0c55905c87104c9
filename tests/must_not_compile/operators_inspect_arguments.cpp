// SPDX-License-Identifier: MIT
//
// inspect: it gets the record; inspect_epoch gets the epoch, too.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/inspect.hpp>

using namespace tidemark;

auto step(FlowStream<int> numbers) {
  const auto look = [](const Epoch&, int) {};
#ifdef MISTAKE
  return numbers | inspect(look);
#else
  return numbers | inspect_epoch(look);
#endif
}
