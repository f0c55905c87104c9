// SPDX-License-Identifier: MIT
//
// Pools: objects of which each worker or thread has one, and which outlive every dataflow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <typeindex>
#include <utility>

namespace tidemark {

/// Rule for "a batch returns to an owner whose dataflow is gone": what owns batches lives here, as
/// long as the process. Thread: any.
class Pools {
 public:
  /// The object of type `Pool` of one worker, or thread, for what `key` stands for, made of
  /// `arguments` on first use.
  template <typename Pool, typename... Arguments>
  Pool& get(std::uint32_t of, const void* key, Arguments&&... arguments) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<void>& pool = pools_[{typeid(Pool), of, key}];
    if (!pool) pool = std::make_shared<Pool>(std::forward<Arguments>(arguments)...);
    return *static_cast<Pool*>(pool.get());
  }

 private:
  std::mutex mutex_;
  std::map<std::tuple<std::type_index, std::uint32_t, const void*>, std::shared_ptr<void>> pools_;
};

}  // namespace tidemark
