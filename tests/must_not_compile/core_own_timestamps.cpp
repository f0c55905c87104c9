// SPDX-License-Identifier: MIT
//
// A dataflow on a timestamp for which the library has no engine.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>

using namespace tidemark;

#ifdef MISTAKE
using Time = Product<Epoch, Product<Epoch, Epoch>>;
#else
using Time = Product<Epoch, Epoch>;
#endif

void build(Worker& worker) {
  worker.dataflow<Time>([](Scope<Time>& scope) { new_input<int>(scope); });
}
