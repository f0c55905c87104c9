// SPDX-License-Identifier: MIT
//
// TestingInput: a source of given records.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Gives the records of a vector in order, at one worker, `batch_size` at a poll.
template <typename Item>
class TestingInput {
 public:
  using item_type = Item;

  explicit TestingInput(std::vector<Item> items, std::size_t batch_size = 1)
      : items_(std::make_shared<const std::vector<Item>>(std::move(items))),
        batch_size_(std::max<std::size_t>(1, batch_size)) {}

  std::vector<std::string> parts() const { return {"items"}; }

  std::unique_ptr<SourcePart<Item>> open(const std::string&, const SourceContext&) const {
    return std::make_unique<Part>(items_, batch_size_);
  }

 private:
  class Part final : public SourcePart<Item> {
   public:
    Part(std::shared_ptr<const std::vector<Item>> items, std::size_t batch_size)
        : items_(std::move(items)),
          batch_size_(batch_size) {}

    Poll next_batch(std::vector<Item>& batch) override {
      const std::size_t size = std::min(batch_size_, items_->size() - next_);
      for (std::size_t i = 0; i != size; ++i) batch.push_back((*items_)[next_ + i]);
      next_ += size;
      return {next_ == items_->size() ? Poll::State::end : Poll::State::more, {}};
    }

   private:
    std::shared_ptr<const std::vector<Item>> items_;
    std::size_t batch_size_;
    std::size_t next_ = 0;
  };

  std::shared_ptr<const std::vector<Item>> items_;
  std::size_t batch_size_;
};

}  // namespace tidemark
