// SPDX-License-Identifier: MIT
//
// Relays: where a long chain of fused steps is cut, so that a push does not nest too deep.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/handover/due_bits.hpp>
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
template <Timestamp T>
class Relay final : public Consumer<T>, public RestOfPush {
 public:
  /// `step` is the name of the one that feeds it.
  Relay(const RecordType& type, Rests& rests, const DueMark& due, std::string step,
        std::uint32_t worker)
      : rests_(&rests),
        due_(&due),
        step_(std::move(step)),
        worker_(worker),
        tee_(type) {}

  void push(const T& time, AnyRecords& records) override {
    if (used_ == 0) rests_->push_later(*this);
    due_->set();
    if (used_ == kept_.size()) kept_.push_back({T{}, RecordStore(tee_.type())});
    Kept& next = kept_[used_++];
    next.time = time;
    tee_.type().swap(next.records.get(), records);
  }

  void push_rest() override {
    for (std::size_t i = 0; i != used_; ++i) {
      Kept& next = kept_[i];
      try {
        tee_.push(next.time, next.records.get());
      } catch (...) {
        used_ = 0;
        rethrow_as_step_error(step_, worker_, to_text(next.time));
      }
      next.records.clear();
    }
    used_ = 0;
  }

  Tee<T>& tee() { return tee_; }

 private:
  struct Kept {
    T time;
    RecordStore records;
  };

  Rests* rests_;
  const DueMark* due_;
  std::string step_;
  std::uint32_t worker_;
  std::vector<Kept> kept_;  // the first `used_` of them, and others for their memory
  std::size_t used_ = 0;
  Tee<T> tee_;
};

}  // namespace tidemark
