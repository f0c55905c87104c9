// SPDX-License-Identifier: MIT
//
// redistribute: spreads records evenly over the workers.
#pragma once

#include <tidemark/core/random.hpp>
#include <tidemark/operators/routing/exchange.hpp>

#include <cstdint>
#include <string>

namespace tidemark {

/// Sends each record to a worker drawn at random, so that all take part in the work that follows.
/// Order is not kept. The draws depend on the sending worker alone, and are the same in each run.
///
/// With `run` above 1 that many consecutive records go to the same worker: larger batches, and less
/// to do for each record, where single records are little work.
inline auto redistribute(std::string id = "", std::uint64_t run = 1) {
  return [id, run]<typename T, typename Item>(Stream<T, Item> input) {
    return detail::exchange_by(
        input, "redistribute", id,
        [run, random = Random(input.scope->worker().index()), left = std::uint64_t{0},
         to = std::uint64_t{0}](const Item&) mutable {
          if (left == 0) {
            to = random.next();
            left = run;
          }
          --left;
          return to;
        });
  };
}

}  // namespace tidemark
