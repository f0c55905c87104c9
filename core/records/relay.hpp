// SPDX-License-Identifier: MIT
//
// Relays: where a long chain of fused steps is cut, so that a push does not nest too deep.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/rests.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Keeps what is pushed into it until the push that brought it is over, and then pushes it on, in
/// order. That is in the same activation, or for what the program feeds at the beginning of the
/// worker's next step; in any case before the step is reported, so that the records need neither a
/// queue nor a count. Thread: its worker.
template <Timestamp T, typename Item>
class Relay final : public Consumer<T, Item>, public RestOfPush {
 public:
  /// `step` is the name of the one that feeds it.
  Relay(Rests& rests, std::string step, std::uint32_t worker)
      : rests_(&rests),
        step_(std::move(step)),
        worker_(worker) {}

  void push(const T& time, std::vector<Item>& records) override {
    if (used_ == 0) rests_->push_later(*this);
    if (used_ == kept_.size()) kept_.emplace_back();
    Kept& next = kept_[used_++];
    next.time = time;
    next.records.swap(records);
  }

  void push_rest() override {
    for (std::size_t i = 0; i != used_; ++i) {
      Kept& next = kept_[i];
      try {
        tee_.push(next.time, next.records);
      } catch (...) {
        used_ = 0;
        rethrow_as_step_error(step_, worker_, to_text(next.time));
      }
      next.records.clear();
    }
    used_ = 0;
  }

  Tee<T, Item>& tee() { return tee_; }

 private:
  struct Kept {
    T time{};
    std::vector<Item> records;
  };

  Rests* rests_;
  std::string step_;
  std::uint32_t worker_;
  std::vector<Kept> kept_;  // the first `used_` of them, and others for their memory
  std::size_t used_ = 0;
  Tee<T, Item> tee_;
};

}  // namespace tidemark
