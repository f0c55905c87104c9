// SPDX-License-Identifier: MIT
//
// What the workers of a process share of one dataflow: the frozen graph and the ledgers.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/shared_ledger.hpp>
#include <tidemark/core/transport.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// A dataflow as its process knows it. Made by the first worker to build it, with the initial
/// capabilities of all workers; the others attach.
template <Timestamp T>
class SharedDataflow final : public DataflowView {
 public:
  /// `initial` lists the sources at which every worker begins with a capability at the minimum.
  SharedDataflow(Topology<T> topology, FlowGraph graph, std::span<const Source> initial,
                 const Config& config, Transport& transport,
                 std::function<void(std::uint32_t)> wake)
      : topology_(std::make_shared<Topology<T>>(std::move(topology))),
        graph_(std::move(graph)),
        transport_(&transport) {
    ProgressBatch<T> capabilities;
    for (const Source& source : initial)
      capabilities.update({topology_->location(source), T::minimum()}, config.workers);
    capabilities.compact();

    if (config.ledgers == Ledgers::per_process) {
      add_ledger(config, NegativeCounts::forbidden, capabilities, std::move(wake));
    } else {
      for (std::uint32_t w = 0; w != config.workers; ++w)
        add_ledger(config, NegativeCounts::allowed, capabilities,
                   [wake, w](std::uint32_t) { wake(w); });
    }
    trace_ = config.trace;
    if (trace_ != nullptr) trace_->describe(graph_, snapshot());
  }

  const Topology<T>& topology() const { return *topology_; }
  const FlowGraph& graph() const override { return graph_; }
  ProgressSnapshot snapshot() override { return ledgers_.front()->snapshot(); }

  /// The ledger that `worker` reads.
  SharedLedger<T>& ledger_of(std::uint32_t worker) {
    return *ledgers_[ledgers_.size() == 1 ? 0 : worker];
  }

  /// Null when not tracing.
  Trace* trace() const { return trace_; }
  /// The clock of the trace: the number of batches that its ledger has applied.
  std::uint64_t trace_sequence() const { return ledgers_.front()->trace_sequence(); }

  /// Tells every ledger of a worker's step. The entry is given back through its home.
  void append(LedgerEntry<T>& entry) {
    for (std::uint32_t to = 0; ledgers_.size() > 1 && to != ledgers_.size(); ++to) {
      if (to == entry.worker) continue;
      transport_->send(entry.worker, to, [this, to, worker = entry.worker, batch = entry.batch] {
        ledgers_[to]->append(*new LedgerEntry<T>{.worker = worker, .batch = batch});
        ledgers_[to]->combine();
      });
    }
    ledger_of(entry.worker).append(entry);
  }

 private:
  void add_ledger(const Config& config, NegativeCounts negative, const ProgressBatch<T>& initial,
                  std::function<void(std::uint32_t)> wake) {
    Trace* const trace = ledgers_.empty() ? config.trace : nullptr;
    ledgers_.push_back(std::make_unique<SharedLedger<T>>(topology_, config.workers, negative,
                                                         initial, std::move(wake), trace));
  }

  std::shared_ptr<const Topology<T>> topology_;
  FlowGraph graph_;
  Transport* transport_;
  Trace* trace_ = nullptr;
  std::vector<std::unique_ptr<SharedLedger<T>>> ledgers_;
};

}  // namespace tidemark
