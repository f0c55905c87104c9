// SPDX-License-Identifier: MIT
//
// An input handle: moved, not copied, out of the function that builds its dataflow.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/progress/epoch.hpp>

#include <utility>

using namespace tidemark;

void build(Worker& worker) {
  worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
    auto [input, numbers] = new_input<int>(scope);
#ifdef MISTAKE
    return std::pair{input, probe(numbers)};
#else
    return std::pair{std::move(input), probe(numbers)};
#endif
  });
}
