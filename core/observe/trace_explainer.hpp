// SPDX-License-Identifier: MIT
//
// Replay: the state at any instant of a trace, and why a frontier stood where it stood.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/observe/inquiry.hpp>
#include <tidemark/core/observe/ledger_cut.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Replays a ledger's batches up to an instant and explains what it finds there. Holders are the
/// workers whose reports had left capabilities behind; a batch on its way has none, nor has what
/// several workers reported in one.
template <Timestamp T>
class TraceExplainer final : public TraceReplay {
 public:
  using History = std::shared_ptr<const LedgerHistory<T>>;

  TraceExplainer(std::shared_ptr<const Topology<T>> topology, History history,
                 std::uint32_t workers)
      : topology_(std::move(topology)),
        history_(std::move(history)),
        workers_(workers) {}

  /// O(batches).
  ProgressSnapshot state_at(std::uint64_t sequence) const override {
    ProgressSnapshot state = *instant_at(sequence).cut.state;
    state.sequence = sequence;
    return state;
  }

  /// Why each timestamp of the frontier at `location` could still appear there when `sequence`
  /// batches had been applied. O(batches).
  std::vector<Explanation> explain_at(std::uint64_t sequence, LocationId location) const override {
    const Instant instant = instant_at(sequence);
    const PathsTo<T> paths(*topology_, location);
    std::vector<Explanation> explanations;
    for (const T& time : instant.cut.frontiers[location.value])
      explanations.push_back(explain(paths, instant, location, time));
    return explanations;
  }

  /// Why `time` could still appear at `location` then: without causes if it could not. O(batches).
  Explanation explain_at(std::uint64_t sequence, LocationId location, const T& time) const {
    return explain(PathsTo<T>(*topology_, location), instant_at(sequence), location, time);
  }

 private:
  struct Instant {
    LedgerCut<T> cut;
    std::vector<std::optional<std::vector<Holding<T>>>> answers;  // by worker
  };

  Instant instant_at(std::uint64_t sequence) const {
    Ledger<T> ledger(topology_, NegativeCounts::allowed);
    std::vector<ChangeBatch<Pointstamp<T>>> held(workers_);
    ledger.apply(history_->initial);
    for (const auto& [pointstamp, count] : history_->initial.changes())
      for (auto& worker : held) worker.update(pointstamp, count / workers_);
    for (const auto& [worker, batch] : history_->batches) {
      if (ledger.sequence() >= sequence) break;
      ledger.apply(batch);
      if (worker == TraceEvent::several_workers) continue;
      for (const auto& [pointstamp, diff] : batch.changes()) held[worker].update(pointstamp, diff);
    }
    ledger.propagate([](LocationId, const auto&, const auto&) {});

    Instant instant{cut_of(ledger), {}};
    for (auto& worker : held) {
      auto& holdings = instant.answers.emplace_back().emplace();
      for (const auto& [pointstamp, count] : worker.view())
        for (std::int64_t i = 0; i < count && !topology_->is_target(pointstamp.location); ++i)
          holdings.push_back({pointstamp, Explanation::Holder::Kind::capability});
    }
    return instant;
  }

  static Explanation explain(const PathsTo<T>& paths, const Instant& instant, LocationId location,
                             const T& time) {
    return explanation_of(
        paths, instant.cut, instant.answers, [](std::uint32_t) { return std::string(); },
        AskedAbout<T>{location, "", {}}, time);
  }

  std::shared_ptr<const Topology<T>> topology_;
  History history_;
  std::uint32_t workers_;
};

template <Timestamp T>
Explanation Trace::explain_at(std::uint64_t sequence, LocationId location, const T& time) const {
  using Typed = TraceExplainer<typename Level<T>::Ledger>;
  const auto* const explainer = dynamic_cast<const Typed*>(replay_.get());
  if (explainer == nullptr)
    throw DataflowError(
        "a trace was asked about a timestamp of another type than that of its dataflow, or has "
        "recorded none");
  return explainer->explain_at(sequence, location, Level<T>::to_ledger(time));
}

}  // namespace tidemark
