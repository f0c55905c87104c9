// SPDX-License-Identifier: MIT
//
// Tracers: tell a trace what happens in a dataflow, and each batch of a ledger with what its worker
// has done in that step.
#pragma once

#include <tidemark/core/named_events.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/traced_time.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// What a worker has done since it last told.
struct StepEvents {
  std::vector<TraceEvent> before;  ///< the report of the step: received and run
  std::vector<TraceEvent> after;   ///< sent
  std::string told{};              ///< what it was told from outside (outside/told.hpp)
};

/// Tells a trace what happens in one dataflow. Thread: any.
class DataflowTracer {
 public:
  /// Requires: `trace` outlives this, and knows the dataflow by that number.
  DataflowTracer(Trace& trace, std::uint32_t dataflow) : trace_(&trace), dataflow_(dataflow) {}

  /// As it is written.
  Coordinates numbers(const TracedTime& time) const {
    if (time.text.empty()) return time.coordinates;
    Coordinates number;
    set_coordinate(number, 0, trace_->number_of(time.text));
    return number;
  }

  /// The numbers that a trace has for what an operator tells.
  TraceEvent note(const NamedEvents& kind, const std::vector<EventValue>& values) const {
    TraceEvent event{.kind = TraceEvent::Kind::note, .peer = trace_->number_of(kind)};
    for (const EventValue& value : values) event.values.push_back(number_of(value));
    return event;
  }

  /// How many records of a batch are told as text.
  std::uint64_t records_as_text() const { return trace_->records_as_text(); }
  std::uint64_t add_text(std::string text) const { return trace_->add_text(std::move(text)); }

  std::uint32_t dataflow() const { return dataflow_; }

  void event(TraceEvent event) const {
    event.dataflow = dataflow_;
    trace_->record(std::move(event));
  }
  /// Leaves `events` empty.
  void events(std::vector<TraceEvent>& events) const {
    name_dataflow(events);
    trace_->record(events);
  }
  /// The same with what a ledger or a station has done in which they happened.
  void events(const OrderEntry& entry, std::vector<TraceEvent>& events) const {
    name_dataflow(events);
    trace_->record(entry, events);
  }
  /// What one has done in which nothing else happened.
  void done(OrderEntry::What what, std::vector<std::uint64_t> numbers) const {
    std::vector<TraceEvent> none;
    trace_->record({dataflow_, what, std::move(numbers)}, none);
  }

 private:
  void name_dataflow(std::vector<TraceEvent>& events) const {
    for (TraceEvent& event : events) event.dataflow = dataflow_;
  }
  std::uint64_t number_of(const EventValue& value) const {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      return static_cast<std::uint64_t>(*number);
    if (const auto* time = std::get_if<EventTime>(&value))
      return static_cast<std::uint64_t>(time->time_since_epoch().count());
    return trace_->add_text(std::get<std::string>(value));  // there may be any number of them
  }

  Trace* trace_;
  std::uint32_t dataflow_;
};

/// The same of one ledger: its batches, and the frontiers that were published. Thread: the
/// combiner's.
template <Timestamp T>
class LedgerTracer {
 public:
  LedgerTracer(const DataflowTracer& to, std::uint32_t ledger, const Topology<T>& topology)
      : to_(to),
        ledger_(ledger),
        topology_(&topology),
        published_(topology.locations(), Antichain<T>{T::minimum()}) {}

  /// The ledger has applied what `worker` has reported, and `station` has brought: a batch, if
  /// there is one, and what else the worker has done, which may be null and is left empty.
  void applied(std::uint32_t worker, std::uint32_t station, const ProgressBatch<T>* batch,
               StepEvents* step) {
    OrderEntry entry{to_.dataflow(), OrderEntry::What::applied, {ledger_, station}, worker, {}};
    std::vector<TraceEvent> events;
    if (step != nullptr) {
      entry.told = std::move(step->told);
      events = std::move(step->before);
    }
    if (batch != nullptr) events.push_back(event_of(worker, *batch));
    if (step != nullptr)
      events.insert(events.end(), std::move_iterator(step->after.begin()),
                    std::move_iterator(step->after.end()));
    to_.events(entry, events);
  }
  /// It has applied that `worker` wishes to read a frontier.
  void watched(std::uint32_t worker) const {
    to_.done(OrderEntry::What::watched, {ledger_, worker});
  }

  /// It publishes what has moved here.
  void published(const Ledger<T>& ledger, const std::vector<LocationId>& locations) {
    std::vector<TraceEvent> events;
    for (const LocationId location : locations) {
      const Antichain<T>& frontier = ledger.frontier(location);
      if (published_[location.value] == frontier) continue;
      published_[location.value] = frontier;
      TraceEvent& event = events.emplace_back(TraceEvent{
          .kind = TraceEvent::Kind::frontier, .ledger = ledger_, .subject = location.value});
      for (const T& time : frontier) event.frontier.push_back(numbers(time, location));
    }
    to_.events({to_.dataflow(), OrderEntry::What::published, {ledger_}}, events);
  }
  /// It publishes here no longer.
  void given_up(const std::vector<LocationId>& locations) const {
    std::vector<std::uint64_t> numbers{ledger_, locations.size()};
    for (const LocationId location : locations) numbers.push_back(location.value);
    to_.done(OrderEntry::What::given_up, std::move(numbers));
  }

 private:
  TraceEvent event_of(std::uint32_t worker, const ProgressBatch<T>& batch) const {
    TraceEvent event{.kind = TraceEvent::Kind::batch, .worker = worker, .ledger = ledger_};
    event.changes.reserve(batch.changes().size());
    for (const auto& [pointstamp, diff] : batch.changes())
      event.changes.push_back(
          {pointstamp.location.value, numbers(pointstamp.time, pointstamp.location), diff});
    return event;
  }
  Coordinates numbers(const T& time, LocationId location) const {
    if constexpr (HasCoordinates<T>) {
      return coordinates(time);
    } else {
      return to_.numbers({{}, to_text(time, topology_->depth(location))});
    }
  }

  DataflowTracer to_;
  std::uint32_t ledger_;
  const Topology<T>* topology_;
  std::vector<Antichain<T>> published_;  // by location
};

}  // namespace tidemark
