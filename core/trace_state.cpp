// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/observe/explanation_of.hpp>
#include <tidemark/core/observe/ledger_cut.hpp>
#include <tidemark/core/trace_state.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

/// What could be no count of a run.
constexpr std::int64_t too_many = std::int64_t{1} << 40;

const TracedDataflow& with_topology(const TraceFile& trace, std::uint32_t dataflow) {
  const TracedDataflow& traced = trace.dataflows().at(dataflow);
  if (!traced.topology)
    throw DataflowError("the timestamps of dataflow " + std::to_string(dataflow) + " are of type " +
                        traced.time_type +
                        ", of which a trace has but the text: what follows from them can be "
                        "computed for epochs, products of them, and loops around these");
  return traced;
}

/// Timestamps of a traced dataflow as text.
struct AsTraced {
  const TracedDataflow* dataflow;
  std::string operator()(const Topology<Coordinates>&, LocationId location,
                         const Coordinates& time) const {
    return dataflow->text(time, location);
  }
};

}  // namespace

TraceState::TraceState(const TraceFile& trace, std::uint32_t dataflow, std::uint32_t ledger)
    : trace_(&trace),
      dataflow_(&with_topology(trace, dataflow)),
      number_(dataflow),
      ledger_number_(ledger),
      ledger_(dataflow_->topology, NegativeCounts::allowed),
      held_(trace.run().workers),
      before_(trace.run().workers) {
  ProgressBatch<Coordinates> initial;
  for (const TracedDataflow::Initial& each : dataflow_->initial) {
    initial.update({each.location, Coordinates::minimum()}, each.count);
    for (auto& worker : held_)
      worker.update({each.location, Coordinates::minimum()},
                    each.count / static_cast<std::int64_t>(held_.size()));
  }
  initial.compact();
  ledger_.apply(initial);
  trace.for_base([&](const TraceEvent& event) { apply(event); });
  at_ = trace.first() - 1;
  for (auto& [number, capability] : capabilities_) capability.born = capability.moved = 0;
  for (auto& of_worker : before_) of_worker.clear();
  came_with_.clear();
}

void TraceState::advance_to(std::uint64_t last) {
  trace_->for_each(at_ + 1, last, [&](std::uint64_t number, const TraceEvent* event) {
    if (event != nullptr) apply(*event);
    at_ = number;  // also of an event whose kind is not known
    return true;
  });
}

void TraceState::apply(const TraceEvent& event) {
  ++at_;
  if (event.dataflow == number_) note_capability(event);
  if (event.kind != TraceEvent::Kind::batch || event.dataflow != number_ ||
      event.ledger != ledger_number_)
    return;
  ProgressBatch<Coordinates> batch;
  for (const TraceEvent::Change& change : event.changes) {
    check(change);
    batch.update({{change.location}, change.time}, change.diff);
  }
  batch.compact();
  for (const auto& [pointstamp, diff] : batch.changes()) {
    const std::int64_t before = ledger_.counts(pointstamp.location).count(pointstamp.time);
    if (before <= 0 && before + diff > 0) came_with_[pointstamp] = at_;
    if (before + diff == 0) came_with_.erase(pointstamp);
    if (event.worker < held_.size()) held_[event.worker].update(pointstamp, diff);
  }
  ledger_.apply(batch);
}

void TraceState::note_capability(const TraceEvent& event) {
  using Kind = TraceEvent::Kind;
  if (event.worker >= before_.size()) return;
  auto& before = before_[event.worker];
  if (event.kind == Kind::batch && event.ledger == ledger_number_) before.clear();
  if (event.kind != Kind::mint && event.kind != Kind::downgrade && event.kind != Kind::drop) return;
  const auto found = capabilities_.find(event.capability);
  const bool is_there = found != capabilities_.end();
  before.try_emplace(event.capability, is_there ? std::optional(found->second) : std::nullopt);
  if (event.kind == Kind::mint) {
    capabilities_[event.capability] = {.number = event.capability,
                                       .worker = event.worker,
                                       .parent = event.parent,
                                       .born = at_,
                                       .moved = at_,
                                       .location = {event.subject},
                                       .time = event.time};
  } else if (is_there && event.kind == Kind::downgrade) {
    found->second.time = event.time;
    found->second.moved = at_;
  } else if (is_there) {
    capabilities_.erase(found);
  }
}

std::vector<TraceState::LivingCapability> TraceState::capabilities_at(
    LocationId location, const std::string& time) const {
  std::map<std::uint64_t, LivingCapability> reported = capabilities_;
  for (const auto& of_worker : before_)
    for (const auto& [number, was] : of_worker) {
      if (was) {
        reported[number] = *was;
      } else {
        reported.erase(number);
      }
    }
  std::vector<LivingCapability> found;
  for (const auto& [number, capability] : reported)
    if (capability.location == location && dataflow_->text(capability.time, location) == time)
      found.push_back(capability);
  return found;
}

void TraceState::check(const TraceEvent::Change& change) const {
  if (change.location >= dataflow_->locations())
    throw BadTrace("a batch changes a location that is none");
  if (depth_of(change.time) > dataflow_->topology->depth({change.location}) ||
      is_beyond_all_time(change.time))
    throw BadTrace("a batch changes a location at a timestamp that is none there");
  if (change.diff <= -too_many || change.diff >= too_many)
    throw BadTrace("a batch changes more than there can be");
}

ProgressSnapshot TraceState::snapshot() {
  ledger_.propagate([](LocationId, const auto&, const auto&) {});
  return snapshot_of(ledger_, AsTraced{dataflow_});
}

std::uint64_t TraceState::since(const Pointstamp<Coordinates>& pointstamp) const {
  const auto found = came_with_.find(pointstamp);
  return found != came_with_.end() ? found->second : 0;
}

std::vector<TraceState::Counted> TraceState::counted() {
  ledger_.propagate([](LocationId, const auto&, const auto&) {});
  LedgerCut<Coordinates> cut;
  for (std::uint32_t l = 0; l != dataflow_->locations(); ++l)
    cut.frontiers.push_back(ledger_.frontier({l}));
  std::vector<Counted> all;
  for (std::uint32_t l = 0; l != dataflow_->locations(); ++l)
    for (const auto& [time, count] : ledger_.counts({l}).entries()) {
      const Pointstamp<Coordinates> at{{l}, time};
      all.push_back({at, count, role_of(*dataflow_->topology, cut, at), since(at)});
    }
  return all;
}

std::vector<Explanation> TraceState::explain(LocationId location) {
  return explain_all(location, nullptr);
}

Explanation TraceState::explain(LocationId location, const Coordinates& time) {
  return explain_all(location, &time).front();
}

std::vector<Explanation> TraceState::explain_all(LocationId location, const Coordinates* time) {
  ledger_.propagate([](LocationId, const auto&, const auto&) {});
  const AsTraced text{dataflow_};
  const LedgerCut<Coordinates> cut = cut_of(ledger_, text);
  std::vector<std::optional<std::vector<Holding<Coordinates>>>> answers;  // by worker
  for (auto& worker : held_) {
    auto& holdings = answers.emplace_back().emplace();
    for (const auto& [pointstamp, count] : worker.view())
      if (count > 0 && !dataflow_->topology->is_target(pointstamp.location))
        holdings.push_back({pointstamp, Explanation::Holder::Kind::capability, count,
                            static_cast<std::uint64_t>(count)});
  }
  const PathsTo<Coordinates> paths(*dataflow_->topology, location);
  const auto came_with = [&](const Pointstamp<Coordinates>& at) { return since(at); };
  const auto of = [&](const Coordinates& when) {
    return explanation_of(
        paths, cut, answers, [](std::uint32_t) { return std::string(); },
        AskedAbout<Coordinates>{location, "", {}}, when, text, came_with);
  };
  std::vector<Explanation> explanations;
  if (time != nullptr) {
    explanations.push_back(of(*time));
  } else {
    for (const Coordinates& when : cut.frontiers[location.value]) explanations.push_back(of(when));
  }
  return explanations;
}

}  // namespace tidemark
