// SPDX-License-Identifier: MIT
#include "lint.hpp"

#include <tidemark/core/trace_state.hpp>

#include <fmt/format.h>

#include "instant.hpp"
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tidemark {
namespace {

using Role = Explanation::Cause::Role;

constexpr std::uint64_t looks = 200;
constexpr double long_time = 1e9;    // nanoseconds of the wall clock: what begins takes its time
constexpr double long_share = 0.25;  // of the run
constexpr std::int64_t many_batches = 100;  // that wait
constexpr std::uint64_t many_records = 1000;
constexpr double hot_share = 0.75;  // of the records, at one of several workers
constexpr double busy_share = 0.5;  // of the run

/// Something that is there at one look after another.
struct Spell {
  std::uint64_t from = 0, to = 0;
  double begin = 0, end = 0;
  std::uint64_t looks = 0;
};

/// How far the run has come at an event: by the wall clock, or where time is virtual by events.
struct Extent {
  const TraceFile* trace;
  std::uint64_t end_clock = 0;

  double at(std::uint64_t number, std::uint64_t clock) const {
    if (!trace->run().has_virtual_time && end_clock != 0)
      return static_cast<double>(clock) / static_cast<double>(end_clock);
    return static_cast<double>(number) /
           static_cast<double>(std::max<std::uint64_t>(1, trace->events()));
  }
  bool is_long(const Spell& spell) const {
    return trace->run().has_virtual_time ||
           (spell.end - spell.begin) * static_cast<double>(end_clock) >= long_time;
  }
};

/// What is seen of one dataflow, look by look.
class Watcher {
 public:
  Watcher(const TraceFile& trace, std::uint32_t dataflow, const Extent& extent)
      : trace_(&trace),
        number_(dataflow),
        dataflow_(&trace.dataflows()[dataflow]),
        extent_(&extent),
        state_(trace, dataflow),
        received_(dataflow_->receivers.size(), std::vector<std::uint64_t>(trace.run().workers)) {}

  void apply(const TraceEvent& event) {
    state_.apply(event);
    if (event.dataflow == number_ && event.kind == TraceEvent::Kind::receive &&
        event.subject < received_.size() && event.worker < trace_->run().workers)
      received_[event.subject][event.worker] += event.records;
  }

  void look(std::uint64_t number, std::uint64_t clock) {
    const double at = extent_->at(number, clock);
    waiting_.emplace_back(dataflow_->locations());
    for (const TraceState::Counted& each : state_.counted()) {
      if (each.role == Role::arrived) waiting_.back()[each.at.location.value] += each.count;
      if (each.role != Role::begins && each.role != Role::holds_on) continue;
      Spell& spell = spells_[{each.at, each.role}];
      if (spell.looks == 0 || spell.to != last_look_) spell = {number, number, at, at, 0};
      spell.to = number;
      spell.end = at;
      ++spell.looks;
      Spell& longest = longest_[{each.at, each.role}];
      if (spell.end - spell.begin >= longest.end - longest.begin) longest = spell;
    }
    last_look_ = number;
  }

  void tell(std::vector<Finding>& findings) {
    tell_not_let_go(findings);
    tell_held(findings);
    for (std::uint32_t l = 0; l != dataflow_->locations(); ++l) tell_growing({l}, findings);
    for (std::uint32_t c = 0; c != received_.size(); ++c) tell_hot(c, findings);
  }

 private:
  using What = std::pair<Pointstamp<Coordinates>, Role>;

  /// What an operator has held too long, and how often at the port where that was longest.
  struct Held {
    What what;
    Spell longest;
    std::map<LocationId, std::size_t> times;  // by port
  };

  OperatorId operator_of(LocationId location) const {
    return dataflow_->topology->operator_of(location);
  }
  std::string name(LocationId location) const { return dataflow_->topology->describe(location); }
  static std::string share(const Spell& spell) {
    return fmt::format("{:.0f} % of the run", 100 * (spell.end - spell.begin));
  }

  void add(std::vector<Finding>& findings, std::string kind, std::string where, std::uint64_t from,
           std::uint64_t to, std::string explanation) const {
    findings.push_back(
        {std::move(kind), number_, std::move(where), from, to, std::move(explanation)});
  }

  /// Once for each operator, however many timestamps and outputs it was.
  void tell_held(std::vector<Finding>& findings) const {
    std::map<std::pair<OperatorId, Role>, Held> all;
    for (const auto& [what, spell] : longest_) {
      if (spell.end - spell.begin < long_share || spell.looks < 3 || !extent_->is_long(spell))
        continue;
      const LocationId location = what.first.location;
      if (what.second == Role::holds_on && not_let_go_.contains(operator_of(location))) continue;
      Held& held = all[{operator_of(location), what.second}];
      if (held.times.empty() || spell.end - spell.begin > held.longest.end - held.longest.begin) {
        held.what = what;
        held.longest = spell;
      }
      ++held.times[location];
    }
    for (const auto& [of, held] : all) tell_held(held, findings);
  }

  void tell_held(const Held& held, std::vector<Finding>& findings) const {
    const auto& [at, role] = held.what;
    const std::size_t times = held.times.at(at.location), others = held.times.size() - 1;
    const std::string longest =
        fmt::format("at {} for {}", dataflow_->text(at.time, at.location), share(held.longest));
    const std::string often = times == 1
                                  ? longest
                                  : fmt::format("{} times, longest (events {} to {}) {}", times,
                                                held.longest.from, held.longest.to, longest);
    const std::string also =
        others == 0 ? "" : fmt::format(" (as at {} more of its outputs)", others);
    if (role == Role::begins)
      add(findings, "input not advanced", name(at.location), held.longest.from, held.longest.to,
          fmt::format("it stood {}{}, and nothing later than that could complete anywhere behind "
                      "it: nobody advanced or closed it, or its source had nothing to give",
                      often, also));
    else
      add(findings, "capability without need", name(at.location), held.longest.from,
          held.longest.to,
          fmt::format("a capability was held {}{} although nothing that could still arrive needed "
                      "it: drop it, or downgrade it, when its timestamp is done",
                      often, also));
  }

  /// Where nothing can arrive any more and something is held all the same, at the end.
  void tell_not_let_go(std::vector<Finding>& findings) {
    for (const TraceState::Counted& each : state_.counted()) {
      if (each.role != Role::holds_on || each.count <= 0) continue;
      const OperatorId op = operator_of(each.at.location);
      const OperatorPorts<Coordinates>& ports = dataflow_->operators[op.value];
      bool complete = ports.inputs != 0;
      for (std::uint32_t i = 0; i != ports.inputs; ++i)
        complete = complete && state_.is_complete({ports.first_location + i});
      if (!complete || !not_let_go_.insert(op).second) continue;
      add(findings, "never lets go", name(each.at.location), each.since, state_.at(),
          fmt::format("its inputs are complete, and it holds a capability at {} at the end of the "
                      "trace: so the dataflow never ends",
                      dataflow_->text(each.at.time, each.at.location)));
    }
  }

  /// A queue that is longer in each quarter of the run than in the one before.
  void tell_growing(LocationId location, std::vector<Finding>& findings) const {
    const std::size_t quarter = waiting_.size() / 4;
    if (quarter == 0) return;
    double means[4] = {};
    for (std::size_t q = 0; q != 4; ++q)
      for (std::size_t i = q * quarter; i != (q + 1) * quarter; ++i)
        means[q] += static_cast<double>(waiting_[i][location.value]) / static_cast<double>(quarter);
    const bool grows = means[0] < means[1] && means[1] < means[2] && means[2] < means[3];
    if (!grows || means[3] < 2 * means[1] || means[3] < many_batches) return;
    add(findings, "queue that only grows", name(location), 1, state_.at(),
        fmt::format(
            "on average {:.0f}, {:.0f}, {:.0f} and {:.0f} waited there in the four quarters "
            "of the run: what comes after it is slower than what comes before it",
            means[0], means[1], means[2], means[3]));
  }

  /// Whether the records stay at the workers where they were, who have then not got them by keys.
  bool is_pipeline(std::uint32_t channel) const {
    const std::optional<TargetPort>& to = dataflow_->receivers[channel];
    const FlowGraph& graph = dataflow_->graph;
    return to && std::ranges::any_of(graph.edges, [&](const FlowEdge& edge) {
             return edge.contract == Contract::pipeline && edge.to_port == to->port &&
                    graph.nodes[edge.to].op == to->op;
           });
  }

  void tell_hot(std::uint32_t channel, std::vector<Finding>& findings) const {
    if (is_pipeline(channel)) return;
    const std::vector<std::uint64_t>& by_worker = received_[channel];
    std::uint64_t all = 0;
    for (const std::uint64_t records : by_worker) all += records;
    const auto most = std::ranges::max_element(by_worker);
    if (by_worker.size() < 2 || all < many_records ||
        static_cast<double>(*most) < hot_share * static_cast<double>(all))
      return;
    add(findings, "key far hotter than others", name(dataflow_->end_of_channel(channel)), 1,
        state_.at(),
        fmt::format("worker {} got {} of {} records there: nearly all have one key, or few; take "
                    "together what can be before it is sent, or choose another key",
                    most - by_worker.begin(), *most, all));
  }

  const TraceFile* trace_;
  std::uint32_t number_;
  const TracedDataflow* dataflow_;
  const Extent* extent_;
  TraceState state_;
  std::vector<std::vector<std::uint64_t>> received_;  // records by channel and worker
  std::vector<std::vector<std::int64_t>> waiting_;    // by look and location
  std::map<What, Spell> spells_, longest_;
  std::set<OperatorId> not_let_go_;  // that were told
  std::uint64_t last_look_ = 0;
};

/// How long each worker has run operators, in nanoseconds.
class Busy {
 public:
  explicit Busy(const TraceFile& trace) : trace_(&trace), workers_(trace.run().workers) {}

  void apply(const TraceEvent& event) {
    if (event.worker >= workers_.size()) return;
    auto& [since, total] = workers_[event.worker];
    if (event.kind == TraceEvent::Kind::start) since = event.clock;
    if (event.kind == TraceEvent::Kind::stop && event.clock > since) total += event.clock - since;
  }

  void tell(std::uint64_t end_clock, std::vector<Finding>& findings) const {
    if (trace_->run().has_virtual_time || workers_.size() < 2 ||
        static_cast<double>(end_clock) < long_time)
      return;
    std::uint64_t all = 0;
    for (const auto& [since, total] : workers_) all += total;
    const auto most = std::ranges::max_element(workers_, {}, &Worker::total);
    const double others =
        static_cast<double>(all - most->total) / static_cast<double>(workers_.size() - 1);
    if (static_cast<double>(most->total) < busy_share * static_cast<double>(end_clock) ||
        static_cast<double>(most->total) < 2 * others)
      return;
    findings.push_back(
        {"worker that others wait for", 0, fmt::format("worker {}", most - workers_.begin()), 1,
         trace_->events(),
         fmt::format("it ran operators for {}, and each of the others for {} on average: what it "
                     "does alone holds up all",
                     duration_text(most->total),
                     duration_text(static_cast<std::uint64_t>(others)))});
  }

 private:
  struct Worker {
    std::uint64_t since = 0, total = 0;
  };
  const TraceFile* trace_;
  std::vector<Worker> workers_;
};

}  // namespace

std::vector<Finding> lint(const TraceFile& trace) {
  Extent extent{&trace};
  trace.for_each(trace.events(), trace.events(), [&](std::uint64_t, const TraceEvent* event) {
    if (event != nullptr) extent.end_clock = event->clock;
    return true;
  });
  std::vector<Watcher> watchers;
  for (std::uint32_t d = 0; d != trace.dataflows().size(); ++d)
    if (trace.dataflows()[d].topology) watchers.emplace_back(trace, d, extent);
  Busy busy(trace);
  const std::uint64_t step = std::max<std::uint64_t>(1, trace.events() / looks);
  trace.for_each(trace.first(), trace.events(), [&](std::uint64_t number, const TraceEvent* event) {
    if (event == nullptr) return true;
    busy.apply(*event);
    for (Watcher& watcher : watchers) {
      watcher.apply(*event);
      if (number % step == 0 || number == trace.events()) watcher.look(number, event->clock);
    }
    return true;
  });
  std::vector<Finding> findings;
  for (Watcher& watcher : watchers) watcher.tell(findings);
  busy.tell(extent.end_clock, findings);
  return findings;
}

}  // namespace tidemark
