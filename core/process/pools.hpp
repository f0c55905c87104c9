// SPDX-License-Identifier: MIT
//
// Pools: objects of which each worker or thread has one, and which outlive every dataflow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <typeindex>
#include <utility>

namespace tidemark {

/// Rule for "a batch returns to an owner whose dataflow is gone": what owns batches lives here, as
/// long as the process. Thread: any.
class Pools {
 public:
  /// The object of type `Pool` of one worker, or thread, made of `arguments` on first use.
  template <typename Pool, typename... Arguments>
  Pool& get(std::uint32_t of, Arguments&&... arguments) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<void>& pool = pools_[{typeid(Pool), of}];
    if (!pool) pool = std::make_shared<Pool>(std::forward<Arguments>(arguments)...);
    return *static_cast<Pool*>(pool.get());
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::type_index, std::uint32_t>, std::shared_ptr<void>> pools_;
};

}  // namespace tidemark
