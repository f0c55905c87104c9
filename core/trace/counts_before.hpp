// SPDX-License-Identifier: MIT
//
// What was there before the first event of a part of a trace.
#pragma once

#include <tidemark/core/trace/columns.hpp>
#include <tidemark/core/trace_event.hpp>
#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>

namespace tidemark {

/// What batches have changed, by whose they are, and which capabilities are there. Thread: one.
class CountsBefore {
 public:
  /// Does nothing for what changes neither.
  void add(const TraceEvent& event) {
    using Kind = TraceEvent::Kind;
    if (event.kind == Kind::mint) living_[event.capability] = event;
    if (event.kind == Kind::drop) living_.erase(event.capability);
    if (event.kind == Kind::downgrade)
      if (const auto found = living_.find(event.capability); found != living_.end())
        found->second.time = event.time;
    if (event.kind != Kind::batch) return;
    auto& sum = sums_[{event.dataflow, event.ledger, event.worker}];
    for (const TraceEvent::Change& change : event.changes)
      sum.update({{change.location}, change.time}, change.diff);
  }

  /// Writes one batch of each, and the birth of each capability. `coordinates(dataflow)` is how
  /// many numbers its timestamps have.
  void write(EventColumns& to, const std::function<std::uint32_t(std::uint32_t)>& coordinates) {
    for (auto& [of, sum] : sums_) {
      const auto& [dataflow, ledger, worker] = of;
      TraceEvent event{.kind = TraceEvent::Kind::batch,
                       .dataflow = dataflow,
                       .worker = worker,
                       .ledger = ledger};
      for (const auto& [pointstamp, diff] : sum.view())
        event.changes.push_back({pointstamp.location.value, pointstamp.time, diff});
      to.add(event, coordinates(dataflow));
    }
    for (const auto& [number, born] : living_) to.add(born, coordinates(born.dataflow));
  }

 private:
  using Of = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // dataflow, ledger, worker
  std::map<Of, ChangeBatch<Pointstamp<Coordinates>>> sums_;
  std::map<std::uint64_t, TraceEvent> living_;  // by number
};

}  // namespace tidemark
