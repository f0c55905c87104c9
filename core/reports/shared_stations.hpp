// SPDX-License-Identifier: MIT
//
// Shared stations: locks, links and ledgers of a running dataflow around the logic of
// progress/report_gathering.hpp.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/ledger/waiting_reports.hpp>
#include <tidemark/core/observe/station_tracer.hpp>
#include <tidemark/core/observe/traffic_counts.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/reports/awake_workers.hpp>
#include <tidemark/core/reports/virtual_network.hpp>
#include <tidemark/progress/report_gathering.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// What the stations of a run's dataflows have in common.
struct ReportingSetup {
  std::shared_ptr<const Routes> routes;  ///< null: nothing is gathered
  VirtualNetwork* network = nullptr;     ///< null: delivery is a call
  const AwakeWorkers* awake = nullptr;   ///< not null if there are routes
  /// Has what is gathered in an idle process sent a while later; empty: it is sent at once.
  std::function<void(std::uint32_t process)> linger;
};

/// Where the reports of a dataflow are gathered, whatever its timestamps are. Thread: any.
class ReportStations : public OrderedStations {
 public:
  /// Sends what has been gathered at a worker's own station.
  virtual void flush_worker(std::uint32_t worker) = 0;
  /// Sends what has been gathered at all stations that stand in a process.
  virtual void flush_process(std::uint32_t process) = 0;
  /// True if nothing is gathered anywhere, nor on its way between two stations.
  virtual bool at_rest() = 0;
};

/// Brings the reports of workers to all ledgers, as the routes say.
///
/// A station has a lock, which is held while what it has gathered goes on to the next stations (the
/// routes are free of circles) or into a link or a ledger's log: so what leaves a station stays in
/// order. Nothing that runs others is done under a lock: ledgers combine and messages depart after
/// it. Thread: any.
template <Timestamp T>
class SharedStations final : public ReportStations {
 public:
  using Ledgers = std::vector<std::unique_ptr<SharedLedger<T>>>;

  /// `traffic` is null unless it is counted, `tracer` unless there is a trace, and `replay` unless
  /// it says when what is done. Requires: they outlive this, and so does `ledgers`, of which there
  /// is one for each of the layout.
  SharedStations(const ReportingSetup& setup, const Ledgers& ledgers, TrafficCounts* traffic,
                 const DataflowTracer* tracer, Replay* replay)
      : setup_(setup),
        ledgers_(&ledgers),
        traffic_(traffic),
        replay_(replay),
        gathering_(setup.routes),
        posts_(routes().size()),
        standing_in_(routes().layout().processes) {
    if (tracer != nullptr) tracer_.emplace(*tracer, *setup_.routes, setup_.network != nullptr);
    const Layout& layout = routes().layout();
    for (std::size_t s = 0; s != routes().size(); ++s) {
      const Station station = routes().station(s);
      Post& post = posts_[s];
      post.process = layout.process_of(station);
      if (station.kind == Station::Kind::ledger) continue;
      post.ledger = station.kind == Station::Kind::worker ? layout.ledger_of_worker(station.index)
                                                          : first_ledger_in(post.process);
      standing_in_[post.process].push_back(s);
    }
  }

  /// Takes a worker's report of a step. When it returns, the worker's own ledger has been told, if
  /// the policy tells it at once. The entry is given back through its home.
  void append(LedgerEntry<T>& entry) {
    if (replay_ != nullptr) [[unlikely]]
      return append_in_order(entry);
    const std::uint32_t worker = entry.worker;  // and the number of its station
    LeftToDo left;
    {
      const std::lock_guard lock(posts_[worker].mutex);
      if (take_report(entry, left)) send_all(worker, left);
    }
    end(left);
  }

  void flush_worker(std::uint32_t worker) override { flush(worker); }
  void flush_process(std::uint32_t process) override {
    for (const std::size_t station : standing_in_[process]) flush(station);
  }

  bool take_next_of(std::uint32_t worker) override {
    auto entry = waiting_.next_of(worker);
    if (!entry) return false;
    LeftToDo left;
    take_report(*entry.release(), left);  // when it sends is told
    left.ledgers.push_back(posts_[worker].ledger);
    end(left);
    return true;
  }
  bool take_next_from(std::uint32_t station, std::uint32_t from) override {
    const auto batches = arriving_.find({station, from});
    if (batches == arriving_.end() || batches->second.empty()) return false;
    LeftToDo left;
    take_arrival(from, station, batches->second.front(), left);
    batches->second.pop_front();
    end(left);
    return true;
  }
  void send_from(std::uint32_t station) override {
    if (station >= posts_.size() || routes().station(station).kind == Station::Kind::ledger)
      throw ReplayError("the trace tells of a station that is not there");
    LeftToDo left;
    send_all(station, left);
    end(left);
  }

  bool at_rest() override {
    if (in_network_.use_count() != 1 || !waiting_.empty()) return false;
    for (const auto& [way, batches] : arriving_)
      if (!batches.empty()) return false;
    for (std::size_t station = 0; station != posts_.size(); ++station) {
      if (routes().station(station).kind == Station::Kind::ledger) continue;
      const std::lock_guard lock(posts_[station].mutex);
      if (gathering_.at(station).batches != 0) return false;
    }
    return true;
  }

 private:
  struct alignas(64) Post {
    std::mutex mutex;  // guards the station's accumulator and what is counted of it
    std::uint32_t process = 0;
    std::uint32_t ledger = 0;  // whose frontiers its policy asks about
  };

  /// What is left to do without locks.
  struct LeftToDo {
    std::vector<std::uint32_t> ledgers;  // that have to combine
    bool in_network = false;
  };

  const Routes& routes() const { return gathering_.routes(); }

  std::uint32_t first_ledger_in(std::uint32_t process) const {
    const Layout& layout = routes().layout();
    std::uint32_t ledger = 0;
    while (layout.process_of({Station::Kind::ledger, ledger}) != process) ++ledger;
    return ledger;
  }

  /// A worker's report comes to its station; true if that has to send now. What changes nothing is
  /// not gathered. Requires, like all that follow: the station is locked, or it is a replay.
  bool take_report(LedgerEntry<T>& entry, LeftToDo& left) {
    const std::uint32_t worker = entry.worker;
    if (tracer_) tracer_->reported(entry.worker, entry.events.get());
    const bool due = entry.has_batch() && take_in(worker, entry.batch, left);
    if (entry.has_batch() && routes().tells_own_ledger(worker)) {
      (*ledgers_)[posts_[worker].ledger]->append(entry);
    } else {
      give_back(&entry);
    }
    return due;
  }

  [[gnu::noinline]] void append_in_order(LedgerEntry<T>& entry) {
    waiting_.keep(entry);
    give_back(&entry);
    replay_->advance();
  }

  /// True if the station has to send now. If its policy wants to know whether a frontier could move
  /// and the ledger is being changed at this moment, one could.
  bool take_in(std::size_t station, const ProgressBatch<T>& batch, LeftToDo& left) {
    return gathering_.take_in(station, batch, [&](const ProgressBatch<T>& gathered) {
      const std::uint32_t ledger = posts_[station].ledger;
      left.ledgers.push_back(ledger);  // which may have got entries while it was looked at
      return (*ledgers_)[ledger]
          ->try_inspect(
              [&](const Ledger<T>& counts) { return could_move_a_frontier(gathered, counts); })
          .value_or(true);
    });
  }

  void send_all(std::size_t station, LeftToDo& left) {
    const Station from = routes().station(station);
    const std::uint32_t worker =
        from.kind == Station::Kind::worker ? from.index : LedgerEntry<T>::several_workers;
    if (tracer_) tracer_->sends(station, gathering_.at(station).gathered);
    std::shared_ptr<const ProgressBatch<T>> shared;  // by all messages
    std::size_t i = 0;
    gathering_.send_all(station, [&](std::size_t to, const ProgressBatch<T>& batch) {
      if (traffic_ != nullptr)
        traffic_->progress_sent(station, i++, batch.changes().size(), sizeof(T));
      if (setup_.network == nullptr) return arrive(station, to, worker, batch, left);
      if (!shared) shared = std::make_shared<const ProgressBatch<T>>(batch);
      left.in_network = true;
      setup_.network->send(
          {VirtualNetwork::Kind::progress, static_cast<std::uint32_t>(station),
           static_cast<std::uint32_t>(to), posts_[station].process, posts_[to].process},
          8 + batch.changes().size() * (4 + sizeof(T) + 8),
          [this, station, to, worker, shared, counted = in_network_] {
            LeftToDo after;
            arrive(station, to, worker, *shared, after);
            end(after);
          });
    });
  }

  /// A batch has come to a station. If nobody in its process is awake to send it on later, it goes
  /// on now, or when it has lingered; and now if the dataflow has ended there.
  void arrive(std::size_t from, std::size_t to, std::uint32_t worker, const ProgressBatch<T>& batch,
              LeftToDo& left) {
    if (const Station at = routes().station(to); at.kind == Station::Kind::ledger) {
      if (tracer_ && setup_.network != nullptr) tracer_->arrived_late(from, to, batch);
      (*ledgers_)[at.index]->append(*new LedgerEntry<T>{
          .worker = worker, .brought_by = static_cast<std::uint32_t>(from), .batch = batch});
      left.ledgers.push_back(at.index);
      return;
    }
    if (replay_ != nullptr) return arriving_[{to, from}].push_back(batch);
    const std::lock_guard lock(posts_[to].mutex);
    const bool due = take_arrival(from, to, batch, left);
    const std::uint32_t process = posts_[to].process;
    if (due || (*ledgers_)[posts_[to].ledger]->complete()) return send_all(to, left);
    if (!setup_.awake->idle(process)) return;
    if (!setup_.linger) return send_all(to, left);
    setup_.linger(process);
  }

  /// What has come to a station that gathers; true if that has to send now.
  bool take_arrival(std::size_t from, std::size_t to, const ProgressBatch<T>& batch,
                    LeftToDo& left) {
    if (tracer_) tracer_->arrived(from, to, batch);
    return take_in(to, batch, left);
  }

  void flush(std::size_t station) {
    if (replay_ != nullptr) return;
    LeftToDo left;
    {
      const std::lock_guard lock(posts_[station].mutex);
      if (gathering_.at(station).batches == 0) return;
      send_all(station, left);
    }
    end(left);
  }

  void end(LeftToDo& left) {
    if (left.in_network) setup_.network->depart();
    std::ranges::sort(left.ledgers);
    const auto rest = std::ranges::unique(left.ledgers);
    left.ledgers.erase(rest.begin(), rest.end());
    for (const std::uint32_t ledger : left.ledgers) (*ledgers_)[ledger]->combine();
  }

  ReportingSetup setup_;
  const Ledgers* ledgers_;
  TrafficCounts* traffic_;
  std::optional<StationTracer<T>> tracer_;
  Replay* replay_;
  // In a replay: what workers have reported, and by both stations what one has sent to another.
  WaitingReports<T> waiting_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<ProgressBatch<T>>> arriving_;
  ReportGathering<T> gathering_;
  std::vector<Post> posts_;                                     // by station
  std::shared_ptr<void> in_network_ = std::make_shared<int>();  // and each message owns a share
  std::vector<std::vector<std::size_t>> standing_in_;  // stations by process, without ledgers
};

}  // namespace tidemark
