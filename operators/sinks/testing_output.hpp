// SPDX-License-Identifier: MIT
//
// TestingOutput: collects records in a vector.
#pragma once

#include <tidemark/operators/sinks/sink.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark {

/// Appends all records of all workers to `items`, which the caller keeps alive and reads after the
/// run.
template <typename Collected>
class TestingOutput {
 public:
  /// Copies append to the same `items`, one at a time.
  explicit TestingOutput(std::vector<Collected>& items)
      : items_(&items),
        mutex_(std::make_shared<std::mutex>()) {}

  /// As SinkOf says (sink.hpp).
  template <std::convertible_to<Collected> Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>(*items_, mutex_);
  }

 private:
  template <typename Item>
  class Part final : public SinkPart<Item> {
   public:
    Part(std::vector<Collected>& items, std::shared_ptr<std::mutex> mutex)
        : items_(&items),
          mutex_(std::move(mutex)) {}

    void write_batch(const std::vector<Item>& batch) override {
      const std::lock_guard lock(*mutex_);
      items_->insert(items_->end(), batch.begin(), batch.end());
    }

   private:
    std::vector<Collected>* items_;
    std::shared_ptr<std::mutex> mutex_;
  };

  std::vector<Collected>* items_;
  std::shared_ptr<std::mutex> mutex_;
};

}  // namespace tidemark
