// SPDX-License-Identifier: MIT
//
// Operator shards: what an instance knows of an operator.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/progress/interest.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// The shard of one operator at one worker.
template <Timestamp T>
struct OperatorShard {
  std::string name;
  std::function<void()> logic;     ///< called when there are batches, or a frontier has moved
  std::function<void()> on_close;  ///< called once, when the dataflow is complete; may be empty
  Interest interest = Interest::never;
  std::vector<FrontierWatch<T>*> watches;  ///< its inputs, for a start
  std::vector<std::shared_ptr<CapabilityBook<T>>> outputs;
  std::string how_to_close;  ///< if what it holds, it holds for the program; empty otherwise

  bool holds_capability() const {
    return std::ranges::any_of(outputs, [](const auto& book) { return !book->held.empty(); });
  }
};

}  // namespace tidemark
