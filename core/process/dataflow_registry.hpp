// SPDX-License-Identifier: MIT
//
// The registry of dataflows: each is made by the first worker that builds it, and compared by the
// others.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/handover/gate.hpp>
#include <tidemark/core/observe/traffic_counts.hpp>
#include <tidemark/core/reports/shared_stations.hpp>
#include <tidemark/core/shard/blueprint.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/progress/error.hpp>
#include <tidemark/progress/topology.hpp>

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The dataflows of a run, in the order in which every worker builds them. One that has ended at
/// all workers, and of which nothing is on its way, is given up; what it has sent stays in the
/// sums. Thread: any.
class DataflowRegistry {
 public:
  using Wake = std::function<void(std::uint32_t worker)>;
  /// Puts the envelope that `make(worker)` makes into each worker's mailbox.
  using Post = std::function<void(const std::function<Envelope&(std::uint32_t worker)>& make)>;

  /// Requires: `config` outlives this; what the others are for, and how long, see SharedDataflow.
  DataflowRegistry(const Config& config, Wake wake, Post post, std::shared_ptr<Gate> gate)
      : config_(&config),
        wake_(std::move(wake)),
        post_(std::move(post)),
        gate_(std::move(gate)) {}

  /// The dataflow number `index`: made from these parts by the first worker that comes, compared by
  /// the others. Throws DataflowError if they differ, naming the first step that does.
  template <Timestamp T>
  std::shared_ptr<SharedDataflow<T>> attach(std::uint32_t index, std::uint32_t worker,
                                            Topology<T> topology, Blueprint blueprint,
                                            const ReportingSetup& reporting);

  /// Worker `worker` will build no more than the `count` dataflows that it has. Throws
  /// DataflowError if another worker has built more.
  void has_built(std::uint32_t worker, std::uint32_t count);

  /// A worker has done with the dataflow number `index`; called once by each, when it has ended.
  void has_ended(std::uint32_t index);

  /// The dataflows that have been built so far and have not ended at all workers.
  std::vector<std::shared_ptr<DataflowView>> dataflows() const;
  /// Where reports are gathered, or are on their way.
  std::vector<std::shared_ptr<ReportStations>> stations() const;

  /// What they have sent together, if it is counted. Thread: once the run has ended.
  Traffic traffic() const;

  /// Cancels the dataflow number `index` at all workers, if it has not ended there. Throws
  /// DataflowError if it has not been built.
  void cancel(std::uint32_t index);

 private:
  struct Entry {
    std::any shared;
    std::shared_ptr<DataflowView> view;        // the same
    std::shared_ptr<ReportStations> stations;  // the same; null if it gathers nothing
    const TrafficCounts* traffic = nullptr;    // its; null unless it is counted
    std::uint32_t ended_at = 0;                // workers
  };

  void require_same_number(std::uint32_t worker, std::uint32_t count) const;
  static void add(std::optional<TrafficCounts>& sum, const Entry& entry);

  const Config* config_;
  Wake wake_;
  Post post_;
  std::shared_ptr<Gate> gate_;
  mutable std::mutex mutex_;  // guards the rest
  std::map<std::uint32_t, Entry> entries_;
  std::vector<Entry> on_their_way_;  // have ended everywhere, but for reports to other ledgers
  std::uint32_t built_ = 0;
  std::optional<TrafficCounts> traffic_;                           // of those that were given up
  std::optional<std::pair<std::uint32_t, std::uint32_t>> fewest_;  // built, and by which worker
};

template <Timestamp T>
std::shared_ptr<SharedDataflow<T>> DataflowRegistry::attach(std::uint32_t index,
                                                            std::uint32_t worker,
                                                            Topology<T> topology,
                                                            Blueprint blueprint,
                                                            const ReportingSetup& reporting) {
  const std::lock_guard lock(mutex_);
  require_same_number(worker, index + 1);
  if (index == built_) {
    auto shared = std::make_shared<SharedDataflow<T>>(
        index, std::move(topology), std::move(blueprint), *config_, reporting, wake_, post_, gate_);
    ++built_;
    Entry& entry = entries_[index];
    entry.shared = shared;
    entry.view = shared;
    if (shared->stations() != nullptr) entry.stations = {shared, shared->stations()};
    entry.traffic = shared->traffic();
    return shared;
  }
  const auto* known = std::any_cast<std::shared_ptr<SharedDataflow<T>>>(&entries_.at(index).shared);
  const std::string where =
      "worker " + std::to_string(worker) + " built dataflow " + std::to_string(index);
  if (known == nullptr)
    throw DataflowError(where + " with another timestamp type than the worker before it");
  if (const std::optional<OperatorId> op = first_difference((*known)->topology(), topology)) {
    const auto name = [&](const Topology<T>& t) {
      return op->value < t.operators().size() ? "'" + t.operators()[op->value].name + "'"
                                              : std::string("missing");
    };
    throw DataflowError(where + " differently: operator " + std::to_string(op->value) + " is " +
                        name(topology) + ", and was " + name((*known)->topology()) +
                        " at the worker that built it first (or is connected differently)");
  }
  if (const std::string what = difference(blueprint, (*known)->blueprint()); !what.empty())
    throw DataflowError(where + " differently: " + what + " at the worker that built it first");
  return *known;
}

}  // namespace tidemark
