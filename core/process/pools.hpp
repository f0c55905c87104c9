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
/// long as the process. Thread: any, unless noted.
class Pools {
 public:
  /// The object of type `Pool` of one worker, or thread, for what `key` stands for, made of
  /// `arguments` on first use.
  template <typename Pool, typename... Arguments>
  Pool& get(std::uint32_t of, const void* key, Arguments&&... arguments) {
    const std::lock_guard lock(mutex_);
    Owned& owned = pools_[of][{typeid(Pool), key}];
    if (!owned.pool) {
      owned.pool = std::make_shared<Pool>(std::forward<Arguments>(arguments)...);
      if constexpr (requires(Pool& pool) { pool.trim(); })
        owned.trim = [](void* pool) { static_cast<Pool*>(pool)->trim(); };
    }
    return *static_cast<Pool*>(owned.pool.get());
  }

  /// A worker has no dataflow left that uses its pools: those that can give memory back do so.
  /// Thread: that worker.
  void trim(std::uint32_t worker) {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, owned] : pools_[worker])
      if (owned.trim != nullptr) owned.trim(owned.pool.get());
  }

 private:
  struct Owned {
    std::shared_ptr<void> pool;
    void (*trim)(void* pool) = nullptr;  // null if it belongs to a thread, or keeps all
  };

  std::mutex mutex_;
  std::map<std::uint32_t, std::map<std::pair<std::type_index, const void*>, Owned>> pools_;
};

}  // namespace tidemark
