// SPDX-License-Identifier: MIT
#include <tidemark/core/trace.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(TraceEvent::Kind kind) {
  switch (kind) {
    case TraceEvent::Kind::batch:
      return "batch";
    case TraceEvent::Kind::frontier:
      return "frontier";
    case TraceEvent::Kind::start:
      return "start";
    case TraceEvent::Kind::stop:
      return "stop";
    case TraceEvent::Kind::send:
      return "send";
    case TraceEvent::Kind::receive:
      return "receive";
  }
  return "";
}

Json to_json(const TraceEvent& event) {
  Json line{{"seq", event.sequence}, {"kind", name_of(event.kind)}, {"worker", event.worker}};
  if (event.worker == TraceEvent::several_workers) line["worker"] = nullptr;
  switch (event.kind) {
    case TraceEvent::Kind::batch:
      line["changes"] = Json::array();
      for (const TraceEvent::Change& change : event.changes)
        line["changes"].push_back(
            {{"at", change.location}, {"time", change.time}, {"diff", change.diff}});
      break;
    case TraceEvent::Kind::frontier:
      line["at"] = event.subject;
      line["frontier"] = event.frontier;
      break;
    case TraceEvent::Kind::start:
    case TraceEvent::Kind::stop:
      line["op"] = event.subject;
      break;
    case TraceEvent::Kind::send:
    case TraceEvent::Kind::receive:
      line["channel"] = event.subject;
      line[event.kind == TraceEvent::Kind::send ? "to" : "from"] = event.peer;
      line["time"] = event.time;
      line["records"] = event.records;
      break;
  }
  return line;
}

void add(std::vector<PortProgress::Count>& counts, const TraceEvent::Change& change) {
  auto at = std::ranges::find(counts, change.time, &PortProgress::Count::time);
  if (at == counts.end()) at = counts.insert(at, {change.time, 0});
  at->count += change.diff;
  if (at->count == 0) counts.erase(at);
}

}  // namespace

void Trace::describe(const FlowGraph& graph, const ProgressSnapshot& start) {
  const std::lock_guard lock(mutex_);
  graph_ = graph;
  start_ = start;
  sequence_ = start.sequence;
}

void Trace::record(TraceEvent event) {
  const std::lock_guard lock(mutex_);
  if (event.kind == TraceEvent::Kind::batch) sequence_ = event.sequence;
  events_.push_back(std::move(event));
}

void Trace::record_now(std::vector<TraceEvent>& events) {
  const std::lock_guard lock(mutex_);
  for (TraceEvent& event : events) {
    event.sequence = sequence_;
    events_.push_back(std::move(event));
  }
  events.clear();
}

ProgressSnapshot Trace::state_at(std::uint64_t sequence) const {
  if (replay_) return replay_->state_at(sequence);
  ProgressSnapshot state = start_;
  state.sequence = sequence;
  for (const TraceEvent& event : events_) {
    if (event.sequence > sequence) continue;
    if (event.kind == TraceEvent::Kind::batch)
      for (const TraceEvent::Change& change : event.changes)
        add(state.ports[change.location].counts, change);
    if (event.kind == TraceEvent::Kind::frontier)
      state.ports[event.subject].frontier = event.frontier;
  }
  return state;
}

void Trace::write(std::ostream& out) const {
  for (const TraceEvent& event : events_)
    out << to_json(event).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace tidemark
