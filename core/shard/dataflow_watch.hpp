// SPDX-License-Identifier: MIT
//
// Who watches a running dataflow, as its process knows that.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/observe/watcher.hpp>
#include <tidemark/core/reports/shared_stations.hpp>
#include <tidemark/core/shard/blueprint.hpp>
#include <tidemark/core/traced_dataflow.hpp>
#include <tidemark/core/type_name.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// A dataflow as a trace describes it.
template <Timestamp T>
TracedDataflow described(const Blueprint& blueprint, const Topology<T>& topology,
                         const Layout& layout) {
  std::vector<TracedDataflow::Initial> initial;
  for (const SourcePort& source : blueprint.initial)
    initial.push_back({topology.location(source), layout.workers});
  TracedDataflow all =
      traced(blueprint.graph, topology, layout.ledgers(), std::move(initial), type_name(typeid(T)));
  all.receivers = blueprint.receivers;
  return all;
}

/// Thread: any, as what it gives says.
template <Timestamp T>
class DataflowWatch {
 public:
  /// As the configuration asks. Requires: what is given by reference outlives this.
  DataflowWatch(const Config& config, const ReportingSetup& reporting, const Blueprint& blueprint,
                const Topology<T>& topology)
      : topology_(&topology) {
    if (config.trace == nullptr && config.traffic == nullptr && !config.check && !config.watch)
      return;
    const Layout layout = layout_of(config);
    watcher_.emplace();
    if (config.trace != nullptr) {
      watcher_->tracer.emplace(*config.trace,
                               config.trace->add(described(blueprint, topology, layout)));
      for (std::uint32_t l = 0; l != layout.ledgers(); ++l)
        ledgers_.emplace_back(*watcher_->tracer, l, topology);
    }
    if (config.traffic != nullptr) watcher_->traffic.emplace(layout, reporting.routes);
    if (config.watch) watcher_->activity.emplace(topology.operators().size(), blueprint.receivers);
    watcher_->checks_batch_rule = config.check;
  }

  /// Null where nobody watches; so are the others.
  Watcher* watcher() { return watcher_ ? &*watcher_ : nullptr; }
  TrafficCounts* traffic() { return watcher_ && watcher_->traffic ? &*watcher_->traffic : nullptr; }
  const DataflowTracer* tracer() const {
    return watcher_ && watcher_->tracer ? &*watcher_->tracer : nullptr;
  }
  LedgerTracer<T>* tracer_of(std::uint32_t ledger) {
    return ledgers_.empty() ? nullptr : &ledgers_[ledger];
  }

  std::vector<StepActivity> activity() const {
    std::vector<StepActivity> all;
    if (!watcher_ || !watcher_->activity) return all;
    for (std::uint32_t op = 0; op != topology_->operators().size(); ++op) {
      const OperatorPorts<T>& ports = topology_->operators()[op];
      watcher_->activity->read(op,
                               all.emplace_back(StepActivity{ports.name, ports.first_location}));
    }
    return all;
  }

 private:
  const Topology<T>* topology_;
  std::optional<Watcher> watcher_;
  std::vector<LedgerTracer<T>> ledgers_;  // empty unless it is traced
};

}  // namespace tidemark
