// SPDX-License-Identifier: MIT
//
// broadcast: of records that can be copied.
#include <tidemark/operators/routing/broadcast.hpp>
#include <tidemark/progress/epoch.hpp>

#include <memory>

using namespace tidemark;

#ifdef MISTAKE
using Item = std::unique_ptr<int>;
#else
using Item = std::shared_ptr<int>;
#endif

Stream<Epoch, Item> step(Stream<Epoch, Item> stream) {
  return stream | broadcast();
}
