// SPDX-License-Identifier: MIT
//
// Relays: where a long chain of fused steps is cut, so that a push does not nest too deep.
#pragma once

#include <tidemark/core/consumer.hpp>
#include <tidemark/core/instance.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <vector>

namespace tidemark {

/// Keeps what is pushed into it until the push that brought it is over, and then pushes it on, in
/// order. That is in the same activation, before anything is reported, so the records need neither
/// a queue nor a count. Thread: its worker.
template <Timestamp T, typename Item>
class Relay final : public Consumer<T, Item>, public RestOfPush {
 public:
  explicit Relay(Instance<typename Level<T>::Ledger>& instance) : instance_(&instance) {}

  void push(const T& time, std::vector<Item>& records) override {
    if (used_ == 0) instance_->push_later(*this);
    if (used_ == kept_.size()) kept_.emplace_back();
    Kept& next = kept_[used_++];
    next.time = time;
    next.records.swap(records);
  }

  void push_rest() override {
    for (std::size_t i = 0; i != used_; ++i) {
      tee_.push(kept_[i].time, kept_[i].records);
      kept_[i].records.clear();
    }
    used_ = 0;
  }

  Tee<T, Item>& tee() { return tee_; }

 private:
  struct Kept {
    T time{};
    std::vector<Item> records;
  };

  Instance<typename Level<T>::Ledger>* instance_;
  std::vector<Kept> kept_;  // the first `used_` of them, and others for their memory
  std::size_t used_ = 0;
  Tee<T, Item> tee_;
};

}  // namespace tidemark
