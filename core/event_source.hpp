// SPDX-License-Identifier: MIT
//
// Event sources: where event times are read, and what is promised of them.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/handover/epoch_pace.hpp>
#include <tidemark/core/handover/part_names.hpp>
#include <tidemark/progress/progress_batch.hpp>
#include <tidemark/progress/timestamp.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tidemark {

/// What is known of the event times of one part of a source.
struct PartTimes {
  EventTime greatest = before_all_time;  ///< of the stamps that have been accepted
  std::uint32_t too_far = 0;             ///< stamps in a row that lay too far ahead
};

/// The event times of one output at one worker: between the operator that reads the parts of a
/// source, which says whose records it sends and reports, and the fused step behind it that reads
/// the stamps (operators/ends/event_time.hpp). Thread: its worker.
template <Timestamp T>
class EventSource {
 public:
  /// Made by OperatorBuilder::event_source, for the step of that name.
  explicit EventSource(std::string step) : step_(std::move(step)) {}

  /// The step that reads the source, for errors.
  const std::string& step() const { return step_; }

  /// Says that somebody reads the stamps: what comes later has a time of at least the greatest
  /// before, less `wait`. A part that has given nothing for `idle_after` is not waited for.
  void read_stamps(Span wait, std::optional<Span> idle_after) {
    read_ = true;
    wait_ = wait;
    if (idle_after && idle_after->length() < longest_silence) idle_after_ = idle_after->length();
  }
  /// Whether somebody does. Otherwise there is nothing to report.
  bool read() const { return read_; }
  /// After how long a silence a part is not waited for; nullopt: each is waited for always.
  std::optional<std::chrono::nanoseconds> idle_after() const { return idle_after_; }

  /// Whose records are being sent, if the worker tells parts apart.
  void set_part(PartTimes& part) { part_ = &part; }
  /// Where the stamps of what is being sent are noted: of the part, or of the whole worker.
  PartTimes& part() { return *part_; }

  ///@{
  /// The watermark of a part that may send more; of the whole.
  EventTime watermark(const PartTimes& part) const {
    return std::min(set_back(part.greatest, wait_.length()), last_before_end);
  }
  EventTime watermark() const { return watermark(whole_); }
  ///@}

  /// Promises that what `part`, perhaps PartId::whole, sends after `through` is not before
  /// `watermark`, and says whether others are to wait for it. In the same step, its capability
  /// moves past `through`, or is dropped.
  void promise(std::uint32_t part, const T& through, EventTime watermark,
               PartState state = PartState::open) {
    if (!read_) return;
    pending_->promise(
        {{location_, worker_, part}, through, watermark.time_since_epoch().count(), state});
  }

  /// Says how a part is called, for people.
  void name(std::uint32_t part, std::string name) {
    names_->add({location_, worker_, part}, std::move(name));
  }

  /// How far all sources of the dataflow have come whose event times are read.
  EpochPace& pace() { return *pace_; }

  /// All that the worker sends has been sent, at timestamps up to `through`.
  [[gnu::noinline]] void end(const T& through) {
    if (pending_ == nullptr) {
      ended_ = through;  // while it is being built
    } else {
      promise(PartId::whole, through, watermark(), PartState::ended);
    }
  }

  /// From here on promises go into `pending`.
  void attach(ProgressBatch<T>& pending, EpochPace& pace, PartNames& names, LocationId location,
              std::uint32_t worker) {
    pending_ = &pending;
    pace_ = &pace;
    names_ = &names;
    location_ = location;
    worker_ = worker;
    if (ended_) promise(PartId::whole, *ended_, watermark(), PartState::ended);
  }

 private:
  static constexpr std::chrono::hours longest_silence{24 * 36500};  // the clock has 292 years
  static constexpr EventTime last_before_end = after_all_time - std::chrono::nanoseconds(1);

  std::string step_;
  bool read_ = false;
  Span wait_;
  std::optional<std::chrono::nanoseconds> idle_after_;
  PartTimes whole_;
  PartTimes* part_ = &whole_;
  ProgressBatch<T>* pending_ = nullptr;
  EpochPace* pace_ = nullptr;
  PartNames* names_ = nullptr;
  std::optional<T> ended_;
  LocationId location_;
  std::uint32_t worker_ = 0;
};

}  // namespace tidemark
