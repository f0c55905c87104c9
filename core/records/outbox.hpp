// SPDX-License-Identifier: MIT
//
// The outbox: what a worker's step sends, which leaves when the step has been reported.
#pragma once

#include <tidemark/core/handover/envelope.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// What has something to deliver when the step has been reported: an exchange on shared batches.
class Departure {
 public:
  virtual ~Departure() = default;
  virtual void depart() = 0;

  /// Records of one timestamp for one worker.
  struct Content {
    std::uint32_t channel = 0;
    std::uint32_t to = 0;
    TracedTime time;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> first{};  ///< of the records, as text
  };
  /// What leaves, for those who watch, of each content up to `as_text` records as text.
  virtual std::vector<Content> contents(std::uint64_t /*as_text*/) const { return {}; }
};

/// Race "a consumer's -1 is applied before the producer's +1": what lies here is delivered only
/// after the changes of its step stand in the ledger's log. Thread: its worker.
class Outbox {
 public:
  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox() {
    for (auto& [to, envelope] : envelopes_) envelope->release();
  }

  void send(std::uint32_t to, Envelope& envelope) { envelopes_.emplace_back(to, &envelope); }
  void send(Departure& departure) { departures_.push_back(&departure); }

  const std::vector<std::pair<std::uint32_t, Envelope*>>& envelopes() const { return envelopes_; }
  const std::vector<Departure*>& departures() const { return departures_; }

  bool empty() const { return envelopes_.empty() && departures_.empty(); }

  /// Calls `deliver(to, envelope)` for each envelope, and has the departures deliver.
  template <typename Deliver>
  void deliver_all(Deliver&& deliver) {
    for (auto& [to, envelope] : envelopes_) deliver(to, *envelope);
    envelopes_.clear();
    for (Departure* departure : departures_) departure->depart();
    departures_.clear();
  }

 private:
  std::vector<std::pair<std::uint32_t, Envelope*>> envelopes_;
  std::vector<Departure*> departures_;
};

}  // namespace tidemark
