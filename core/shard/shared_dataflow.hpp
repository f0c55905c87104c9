// SPDX-License-Identifier: MIT
//
// What the workers of a process share of one dataflow: the frozen graph and the ledgers.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/handover/due_bits.hpp>
#include <tidemark/core/handover/epoch_pace.hpp>
#include <tidemark/core/handover/gate.hpp>
#include <tidemark/core/handover/part_names.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/observe/inquiry.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/reports/shared_stations.hpp>
#include <tidemark/core/shard/blueprint.hpp>
#include <tidemark/core/shard/dataflow_watch.hpp>
#include <tidemark/core/shard/ends.hpp>
#include <tidemark/core/shard/running_operator.hpp>
#include <tidemark/core/shard/ways_to_sources.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {

/// A dataflow as its process knows it. Made by the first worker to build it, with the initial
/// capabilities of all workers; the others attach.
template <Timestamp T>
class SharedDataflow final : public DataflowView,
                             public std::enable_shared_from_this<SharedDataflow<T>> {
 public:
  /// Puts the envelope that `make(worker)` makes into each worker's mailbox.
  using Post = std::function<void(const std::function<Envelope&(std::uint32_t worker)>& make)>;

  /// Number `dataflow` at every worker. `wake(worker)` and `post` are called by the workers, and by
  /// others while `gate` is open.
  SharedDataflow(std::uint32_t dataflow, Topology<T> topology, Blueprint blueprint,
                 const Config& config, const ReportingSetup& reporting,
                 std::function<void(std::uint32_t)> wake, Post post, std::shared_ptr<Gate> gate)
      : index_(dataflow),
        due_bit_(DueBits::bit_of(dataflow)),
        topology_(std::make_shared<Topology<T>>(std::move(topology))),
        blueprint_(std::move(blueprint)),
        layout_(layout_of(config)),
        watch_(config, reporting, blueprint_, *topology_),
        entries_(config.workers),
        wake_(std::move(wake)),
        post_(std::move(post)),
        gate_(std::move(gate)),
        due_(config.workers),
        running_(config.workers) {
    ProgressBatch<T> capabilities;
    for (const SourcePort& source : blueprint_.initial)
      capabilities.update({topology_->location(source), T::minimum()}, config.workers);
    capabilities.compact();

    for (std::uint32_t l = 0; l != layout_.ledgers(); ++l)
      ledgers_.push_back(std::make_unique<SharedLedger<T>>(
          topology_, config.workers,
          reporting.routes ? NegativeCounts::allowed : NegativeCounts::forbidden, capabilities,
          wake_of(l), watch_.tracer_of(l), config.replay));
    if (config.replay != nullptr)
      config.replay->require_same(index_, described(blueprint_, *topology_, layout_));
    prepare_watermarks();
    if (reporting.routes)
      stations_ = std::make_unique<SharedStations<T>>(reporting, ledgers_, traffic(),
                                                      watch_.tracer(), config.replay);
  }

  /// Has a replay say when what is done here; of several calls the first counts.
  void add_to(Replay& replay) {
    const auto self = this->shared_from_this();
    for (std::uint32_t l = 0; l != ledgers_.size(); ++l)
      replay.add(index_, l, std::shared_ptr<OrderedLedger>(self, ledgers_[l].get()));
    if (stations_)
      replay.add_stations(index_, std::shared_ptr<OrderedStations>(self, stations_.get()));
  }

  const Topology<T>& topology() const { return *topology_; }
  const Blueprint& blueprint() const { return blueprint_; }
  const FlowGraph& graph() const override { return blueprint_.graph; }
  std::vector<StepActivity> activity() const override { return watch_.activity(); }
  ProgressSnapshot snapshot() override {
    return look_at(*ledgers_.front(), [](const Ledger<T>& ledger) { return snapshot_of(ledger); });
  }

  std::shared_ptr<Question> ask() override { return ask(watched_locations()); }

  /// Asks the workers what they hold of what could result in these.
  std::shared_ptr<Question> ask(std::vector<AskedAbout<T>> about) {
    auto inquiry = std::make_shared<Inquiry<T>>(
        static_cast<std::uint32_t>(running_.size()), topology_, std::move(about),
        [self = this->shared_from_this()] { return self->cut(); },
        [self = this->shared_from_this()](std::uint32_t worker) {
          return self->running_step(worker);
        },
        [self = this->shared_from_this()](const PartId& part) {
          return self->part_names_.of(part);
        });
    if (const Gate::Pass pass(*gate_); pass)
      post_([&](std::uint32_t worker) -> Envelope& {
        return *new InquiryEnvelope<T>(inquiry, index_, worker);
      });
    return inquiry;
  }

  /// Race "cancelled at one worker, complete at another": one word decides for all of them. A
  /// worker looks at it in each step, so whoever changes it wakes them.
  void cancel() override {
    if (!end(Ending::cancelled)) return;
    if (const Gate::Pass pass(*gate_); pass) wake_all([](std::uint32_t) { return true; });
  }
  bool cancelled() const { return ending_.load(std::memory_order_seq_cst) == Ending::cancelled; }
  /// Called by each worker that sees the dataflow complete; false if it has been cancelled.
  bool end_complete() {
    end(Ending::complete);
    return !cancelled();
  }

  std::uint32_t index() const { return index_; }

  /// Notes that a program watches a location, and under which name.
  void add_probe(LocationId location, std::string subject) {
    const std::lock_guard lock(mutex_);
    probes_.try_emplace(location, std::move(subject));
  }

  /// Where `worker` notes what it runs.
  RunningOperator& running(std::uint32_t worker) { return running_[worker]; }

  /// The ledger that `worker` reads.
  SharedLedger<T>& ledger_of(std::uint32_t worker) {
    return *ledgers_[layout_.ledger_of_worker(worker)];
  }

  /// The entries in which `worker` reports. Thread: that worker.
  ReturnPool<LedgerEntry<T>>& entries_of(std::uint32_t worker) { return entries_[worker].pool; }

  /// Null where nobody watches.
  Watcher* watcher() { return watch_.watcher(); }
  /// Null unless it is counted.
  TrafficCounts* traffic() { return watch_.traffic(); }

  /// Tells the ledgers of a worker's step, or has them told. The entry is given back through its
  /// home.
  void append(LedgerEntry<T>& entry) {
    if (stations_) return stations_->append(entry);
    ledgers_.front()->append(entry);
  }

  /// Where reports are gathered; null if there is a single ledger, which is told at once.
  ReportStations* stations() { return stations_.get(); }

  /// What the sources share whose event times are read.
  EpochPace& pace() { return pace_; }
  PartNames& part_names() { return part_names_; }

  /// Closed when the run is over.
  Gate& gate() { return *gate_; }

  /// Where the due bit of this dataflow is at `worker`. Called before its first step there, which
  /// it is due for anyway.
  void set_due_bits(std::uint32_t worker, std::shared_ptr<DueBits> bits) {
    due_[worker].owned = std::move(bits);
    due_[worker].bits.store(due_[worker].owned.get(), std::memory_order_seq_cst);
  }

 private:
  /// Where its bit stays when it has ended: a worker that is woken late finds nothing to do.
  struct DueAt {
    std::shared_ptr<DueBits> owned;
    std::atomic<DueBits*> bits{nullptr};  // null until it is built there
  };

  void wake(std::uint32_t worker) {
    DueBits* const bits = due_[worker].bits.load(std::memory_order_seq_cst);
    if (bits == nullptr) return wake_(worker);
    bits->wake(due_bit_);
  }
  template <typename Predicate>
  void wake_all(Predicate&& predicate) {
    for (std::uint32_t w = 0; w != layout_.workers; ++w)
      if (predicate(w)) wake(w);
  }

  /// Has each ledger know whose promises are to be waited for, and who reads them, before anything
  /// is promised. Throws DataflowError (ways_to_sources.hpp).
  void prepare_watermarks() {
    for (std::uint32_t l = 0; l != ledgers_.size(); ++l)
      ledgers_[l]->with_watermarks([&](Watermarks<T>& watermarks) {
        for (const SourcePort& source : blueprint_.event_sources)
          for (std::uint32_t w = 0; w != layout_.workers; ++w)
            watermarks.expect(topology_->location(source), w);
        for (const auto& [port, instead] : blueprint_.watermark_ports)
          for (std::uint32_t w = 0; w != layout_.workers; ++w)
            if (layout_.ledger_of_worker(w) == l)
              watermarks.add_reader(topology_->location(port),
                                    ways_to<T>(port, *topology_, blueprint_, instead), w);
      });
  }

  enum class Ending : std::uint8_t { none, complete, cancelled };

  /// True if this call has decided it.
  bool end(Ending ending) {
    Ending none = Ending::none;
    return ending_.compare_exchange_strong(none, ending, std::memory_order_seq_cst);
  }

  /// The counts and frontiers of one ledger, which has not seen the end if any has not; none once
  /// it has been cancelled, when nobody holds what the ledger still counts.
  LedgerCut<T> cut() {
    const auto open =
        std::ranges::find_if(ledgers_, [](const auto& ledger) { return !ledger->complete(); });
    LedgerCut<T> cut = look_at(*(open != ledgers_.end() ? *open : ledgers_.front()),
                               [](const Ledger<T>& ledger) { return cut_of(ledger); });
    if (cancelled()) {
      cut.counts.clear();
      for (Antichain<T>& frontier : cut.frontiers) frontier.clear();
      cut.watermarks.clear();
    }
    return cut;
  }

  /// The probes; of a dataflow without any, its ends.
  std::vector<AskedAbout<T>> watched_locations() const {
    const std::lock_guard lock(mutex_);
    std::vector<AskedAbout<T>> watched;
    for (const auto& [location, subject] : probes_) watched.push_back({location, subject, {}});
    if (watched.empty())
      for (const LocationId end : ends_of(*topology_))
        watched.push_back(
            {end,
             "end '" + topology_->operators()[topology_->operator_of(end).value].name + "'",
             {}});
    return watched;
  }

  std::string running_step(std::uint32_t worker) const {
    const std::optional<std::uint32_t> op = running_[worker].get();
    return op ? topology_->operators()[*op].name : "";
  }

  /// What a ledger wakes: all that read it, when the dataflow is complete.
  typename SharedLedger<T>::Wake wake_of(std::uint32_t ledger) {
    return [this, ledger](std::uint32_t worker) {
      if (worker != SharedLedger<T>::everyone) return wake(worker);
      wake_all([&](std::uint32_t w) { return layout_.ledger_of_worker(w) == ledger; });
    };
  }

  /// What `look(ledger)` gives. When the run is over nobody appends any more, nor is there anybody
  /// who could be woken.
  template <typename Look>
  auto look_at(SharedLedger<T>& ledger, Look&& look) {
    if (const Gate::Pass pass(*gate_); pass) return ledger.inspect(look);
    auto seen = ledger.try_inspect(look);
    for (; !seen; seen = ledger.try_inspect(look)) std::this_thread::yield();
    return *std::move(seen);
  }

  std::uint32_t index_;
  std::uint64_t due_bit_;
  std::shared_ptr<const Topology<T>> topology_;
  Blueprint blueprint_;
  Layout layout_;
  DataflowWatch<T> watch_;
  struct alignas(64) Entries {  // a cache line each
    ReturnPool<LedgerEntry<T>> pool;
  };
  std::vector<Entries> entries_;  // by worker; outlive the ledgers' logs
  std::vector<std::unique_ptr<SharedLedger<T>>> ledgers_;
  std::unique_ptr<SharedStations<T>> stations_;  // null: there is one ledger, told at once
  std::function<void(std::uint32_t)> wake_;
  Post post_;
  std::shared_ptr<Gate> gate_;
  std::vector<DueAt> due_;  // by worker
  std::atomic<Ending> ending_{Ending::none};
  EpochPace pace_;
  PartNames part_names_;

  mutable std::mutex mutex_;  // guards probes_
  std::map<LocationId, std::string> probes_;

  std::vector<RunningOperator> running_;  // by worker
};

}  // namespace tidemark
