// SPDX-License-Identifier: MIT
//
// Traces as tests ask them: the events of a run that has ended, and the states after its batches.
#pragma once

#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace_state.hpp>

#include <tests/support.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

inline std::vector<TraceEvent> events_of(const TraceFile& file) {
  std::vector<TraceEvent> events;
  file.for_each(1, file.events(), [&](std::uint64_t, const TraceEvent* event) {
    events.push_back(*event);
    return true;
  });
  return events;
}
inline std::vector<TraceEvent> events_of(const Trace& trace) {
  return events_of(trace.read());
}

/// An event but for when it was, with texts in place of their numbers.
struct Happened {
  TraceEvent event;
  std::vector<std::string> texts;
  friend bool operator==(const Happened&, const Happened&) = default;
};

inline std::vector<Happened> all_that_happened(const TraceFile& file) {
  std::vector<Happened> all;
  for (TraceEvent& event : events_of(file)) {
    Happened& happened = all.emplace_back();
    event.clock = 0;
    if (event.kind == TraceEvent::Kind::note) {
      const auto& columns = file.named_events()[event.peer].columns;
      for (std::size_t i = 0; i != columns.size(); ++i)
        if (columns[i].type == NamedEvents::Type::text)
          happened.texts.push_back(file.text(std::exchange(event.values[i], 0)));
      happened.texts.push_back(file.named_events()[std::exchange(event.peer, 0)].name);
    }
    happened.event = std::move(event);
  }
  return all;
}

inline std::string to_text(const Happened& happened) {
  const TraceEvent& event = happened.event;
  std::string text = std::string(trace_kinds()[static_cast<std::size_t>(event.kind)].name);
  const auto add = [&text](const char* name, std::uint64_t number) {
    text += std::string(", ") + name + " " + std::to_string(number);
  };
  add("worker", event.worker);
  add("subject", event.subject);
  add("peer", event.peer);
  add("records", event.records);
  add("capability", event.capability);
  add("parent", event.parent);
  add("time", coordinate(event.time, 0));
  for (const TraceEvent::Change& change : event.changes) {
    add("at", change.location);
    text += " " + std::to_string(change.diff);
  }
  for (const std::string& each : happened.texts) text += ", " + each;
  return text;
}

/// Fails unless what happened in `now` is what happened in `then`, in the same order. Returns how
/// much that is.
inline std::size_t require_same(const Trace& then, const Trace& now) {
  const std::vector<Happened> before = all_that_happened(then.read());
  const std::vector<Happened> again = all_that_happened(now.read());
  for (std::size_t i = 0; i != std::min(before.size(), again.size()); ++i) {
    INFO("event " << i + 1 << ": " << to_text(before[i]) << "; again: " << to_text(again[i]));
    REQUIRE(before[i] == again[i]);
  }
  REQUIRE(before.size() == again.size());
  return before.size();
}

/// A trace as one ledger of one of its dataflows has seen it.
class Seen {
 public:
  explicit Seen(const Trace& trace, std::uint32_t dataflow = 0, std::uint32_t ledger = 0)
      : file_(trace.read()),
        dataflow_(dataflow),
        ledger_(ledger) {
    for (TraceEvent& event : events_of(file_)) {
      const bool applies = event.kind == TraceEvent::Kind::batch && event.dataflow == dataflow &&
                           event.ledger == ledger;
      if (applies) ++last_;
      sequences_.push_back(last_);
      events_.push_back(std::move(event));
    }
  }

  const TraceFile& file() const { return file_; }
  const std::vector<TraceEvent>& events() const { return events_; }
  /// How many batches the ledger had applied after event `i`, counted from 0. The capabilities of
  /// the beginning are the first.
  std::uint64_t sequence(std::size_t i) const { return sequences_[i]; }
  std::uint64_t last() const { return last_; }

  /// The state after so many batches.
  TraceState state_at(std::uint64_t sequence) const {
    TraceState state(file_, dataflow_, ledger_);
    for (std::size_t i = 0; i != events_.size() && sequences_[i] <= sequence; ++i)
      state.apply(events_[i]);
    return state;
  }

  std::string text(const Coordinates& time, std::uint32_t location = 0) const {
    return file_.text(file_.dataflows()[dataflow_], time, {location});
  }

 private:
  TraceFile file_;
  std::uint32_t dataflow_;
  std::uint32_t ledger_;
  std::vector<TraceEvent> events_;
  std::vector<std::uint64_t> sequences_;
  std::uint64_t last_ = 1;
};

}  // namespace tidemark::tests
