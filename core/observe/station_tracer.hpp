// SPDX-License-Identifier: MIT
//
// Tells a trace what the stations of a dataflow do, where reports take a way round.
#pragma once

#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/progress/policy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace tidemark {

/// Thread: any; each station is locked meanwhile.
template <Timestamp T>
class StationTracer {
 public:
  /// Requires: `routes` outlive this.
  StationTracer(const DataflowTracer& to, const Routes& routes, bool has_network)
      : to_(to),
        routes_(&routes),
        has_network_(has_network) {}

  /// A worker's station takes in its report: with what the worker has done besides, which may be
  /// null and is left empty.
  void reported(std::uint32_t worker, StepEvents* step) const {
    std::vector<TraceEvent> events;
    OrderEntry order{to_.dataflow(), OrderEntry::What::reported, {worker}, worker, {}};
    if (step != nullptr) {
      order.told = std::move(step->told);
      events = std::move(step->before);
      std::ranges::move(step->after, std::back_inserter(events));
      *step = {};
    }
    to_.events(order, events);
  }

  /// A station is about to send what it has gathered. All of it is told at once, since in a replay
  /// it is sent at once; without a network it arrives at ledgers at once, too.
  void sends(std::size_t station, const ProgressBatch<T>& all) const {
    std::vector<TraceEvent> events;
    if (!all.changes().empty() || !all.watermarks().empty())
      for (const std::size_t to : routes_->next(station)) {
        events.push_back(passing(TraceEvent::Kind::depart, station, to, all));
        if (!has_network_ && routes_->station(to).kind == Station::Kind::ledger)
          events.push_back(passing(TraceEvent::Kind::arrive, station, to, all));
      }
    to_.events({to_.dataflow(), OrderEntry::What::sent, {station}}, events);
  }

  /// A station that gathers takes in what another has sent.
  void arrived(std::size_t from, std::size_t to, const ProgressBatch<T>& batch) const {
    std::vector<TraceEvent> event{passing(TraceEvent::Kind::arrive, from, to, batch)};
    to_.events({to_.dataflow(), OrderEntry::What::arrived, {to, from}}, event);
  }
  /// It has come to a ledger by the network.
  void arrived_late(std::size_t from, std::size_t ledger, const ProgressBatch<T>& batch) const {
    to_.event(passing(TraceEvent::Kind::arrive, from, ledger, batch));
  }

 private:
  static TraceEvent passing(TraceEvent::Kind kind, std::size_t from, std::size_t to,
                            const ProgressBatch<T>& batch) {
    return {.kind = kind,
            .subject = static_cast<std::uint32_t>(from),
            .peer = static_cast<std::uint32_t>(to),
            .records = batch.changes().size()};
  }

  DataflowTracer to_;
  const Routes* routes_;
  bool has_network_;
};

}  // namespace tidemark
