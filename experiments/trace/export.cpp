// SPDX-License-Identifier: MIT
#include "export.hpp"

#include <tidemark/core/trace_schema.hpp>
#include <tidemark/core/trace_state.hpp>
#include <tidemark/viz/dot.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "event_json.hpp"
#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;
using Kind = TraceEvent::Kind;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename Take>
void for_all(const TraceFile& file, const Take& take) {
  file.for_each(1, file.events(), [&](std::uint64_t number, const TraceEvent* event) {
    if (event != nullptr) take(number, *event);
    return true;
  });
}

/// An event a line.
void as_jsonl(const TraceFile& file, const WriteText& write) {
  for_all(file, [&](std::uint64_t number, const TraceEvent& event) {
    write(dumped(to_json(file, number, event)) + "\n");
  });
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// A table with a column for each member that any kind has; what an event has not is empty. Each
/// change of a batch is a row, with the number of the batch.
void as_csv(const TraceFile& file, const WriteText& write) {
  std::vector<std::string> columns{"n", "clock", "kind", "dataflow"};
  for (const TraceKind& kind : trace_kinds())
    for (const TraceField& field : kind.fields)
      if (std::string name(field.name);
          std::ranges::find(columns, name) == columns.end() && name != "changes")
        columns.push_back(std::move(name));
  columns.push_back("diff");
  std::string header;
  for (const std::string& column : columns) header += (header.empty() ? "" : ",") + column;
  write(header + "\n");
  const auto row = [&](const Json& event) {
    std::string line;
    for (const std::string& column : columns) {
      if (&column != &columns.front()) line += ',';
      const auto found = event.find(column);
      if (found == event.end() || found->is_null()) continue;
      if (found->is_array()) {
        std::string list;
        for (const Json& each : *found) list += (list.empty() ? "" : " ") + each.get<std::string>();
        line += csv_field(list);
      } else {
        line += csv_field(found->is_string() ? found->get<std::string>() : found->dump());
      }
    }
    write(line + "\n");
  };
  for_all(file, [&](std::uint64_t number, const TraceEvent& event) {
    Json json = to_json(file, number, event);
    if (event.kind != Kind::batch) return row(json);
    const Json changes = json["changes"];
    json.erase("changes");
    for (const Json& change : changes) {
      Json each = json;
      each.update(change);
      row(each);
    }
  });
}

/// The Trace Event Format of Chrome, which Perfetto reads: a track for each worker, a slice for
/// each activation, an arrow from each send to its receive, and a counter of what is in flight.
void as_perfetto(const TraceFile& file, const WriteText& write) {
  const auto microseconds = [](std::uint64_t clock) { return static_cast<double>(clock) / 1000; };
  bool first = true;
  const auto put = [&](Json event) {
    event["pid"] = 1;
    write((std::exchange(first, false) ? "" : ",\n") + dumped(event));
  };
  write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
  for (std::uint32_t w = 0; w != file.run().workers; ++w)
    put({{"ph", "M"},
         {"name", "thread_name"},
         {"tid", w},
         {"args", {{"name", "worker " + std::to_string(w)}}}});
  using Link = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, Coordinates,
                          std::uint64_t>;
  std::map<Link, std::vector<std::uint64_t>> sent;  // the numbers of the arrows on their way
  std::uint64_t arrows = 0;
  std::int64_t in_flight = 0;
  for_all(file, [&](std::uint64_t number, const TraceEvent& event) {
    const TracedDataflow& dataflow = file.dataflows()[event.dataflow];
    const double at = microseconds(event.clock);
    const auto step = [&] {
      return event.subject < dataflow.operators.size() ? dataflow.operators[event.subject].name
                                                       : std::string("?");
    };
    const auto on_worker = [&](const char* phase) {
      return Json{{"ph", phase}, {"ts", at}, {"tid", event.worker}};
    };
    switch (event.kind) {
      case Kind::start:
      case Kind::stop: {
        Json slice = on_worker(event.kind == Kind::start ? "B" : "E");
        slice["name"] = step();
        slice["args"] = {{"event", number}};
        return put(std::move(slice));
      }
      case Kind::send:
      case Kind::receive: {
        const bool sends = event.kind == Kind::send;
        const Link link{event.dataflow,
                        event.subject,
                        sends ? event.worker : event.peer,
                        sends ? event.peer : event.worker,
                        event.time,
                        event.records};
        std::uint64_t arrow = 0;
        if (sends) {
          sent[link].push_back(arrow = ++arrows);
        } else if (auto& waiting = sent[link]; !waiting.empty()) {
          arrow = waiting.front();
          waiting.erase(waiting.begin());
        }
        // An arrow is bound to a slice: to one without length.
        Json slice = on_worker("X");
        slice["dur"] = 0;
        slice["name"] = sends ? "send" : "receive";
        slice["args"] = to_json(file, number, event);
        put(std::move(slice));
        if (arrow != 0) {
          Json end = on_worker(sends ? "s" : "f");
          end["name"] = "records";
          end["cat"] = "records";
          end["id"] = arrow;
          if (!sends) end["bp"] = "e";
          put(std::move(end));
        }
        in_flight += (sends ? 1 : -1) * static_cast<std::int64_t>(event.records);
        return put({{"ph", "C"},
                    {"ts", at},
                    {"name", "records in flight"},
                    {"args", {{"records", in_flight}}}});
      }
      default:
        return;
    }
  });
  write("\n]}\n");
}

/// A log for ShiViz: a line for each event and a vector clock before it, with the parser
/// `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`.
void as_shiviz(const TraceFile& file, const WriteText& write) {
  using Clock = std::map<std::string, std::uint64_t>;
  std::map<std::string, Clock> clocks;
  std::map<std::string, std::vector<Clock>> on_the_way;  // by what is sent
  const auto tell = [&](const std::string& host, const std::string& what, const Clock* from) {
    Clock& clock = clocks[host];
    if (from != nullptr)
      for (const auto& [other, count] : *from) clock[other] = std::max(clock[other], count);
    ++clock[host];
    write(host + " " + dumped(Json(clock)) + "\n" + what + "\n");
    return clock;
  };
  for_all(file, [&](std::uint64_t number, const TraceEvent& event) {
    Json json = to_json(file, number, event);
    const bool sends = event.kind == Kind::send || event.kind == Kind::depart;
    const bool takes = event.kind == Kind::receive || event.kind == Kind::arrive;
    std::string host = "worker" + std::to_string(event.worker);
    std::string link;
    if (sends || takes) {
      const bool records = event.kind == Kind::send || event.kind == Kind::receive;
      const std::string here = std::to_string(records ? event.worker : event.subject);
      const std::string there = std::to_string(event.peer);
      if (!records) host = "station" + std::to_string(sends ? event.subject : event.peer);
      link = fmt::format("{} {} {} {} {} {}", records, event.dataflow, records ? event.subject : 0,
                         records && takes ? there : here, records && takes ? here : there,
                         event.records);
    } else if (event.kind == Kind::batch || event.kind == Kind::frontier) {
      host = "ledger" + std::to_string(event.ledger);
    }
    for (const char* told : {"clock", "kind", "dataflow"}) json.erase(told);
    const std::string what =
        std::string(trace_kinds()[static_cast<std::size_t>(event.kind)].name) + " " + dumped(json);
    if (takes) {
      auto& waiting = on_the_way[link];
      if (waiting.empty()) {
        tell(host, what, nullptr);
      } else {
        tell(host, what, &waiting.front());
        waiting.erase(waiting.begin());
      }
    } else {
      Clock clock = tell(host, what, nullptr);
      if (sends) on_the_way[link].push_back(std::move(clock));
    }
  });
}

/// Each dataflow with its state at the end.
void as_dot(const TraceFile& file, const WriteText& write) {
  for (std::uint32_t d = 0; d != file.dataflows().size(); ++d) {
    const TracedDataflow& dataflow = file.dataflows()[d];
    if (!dataflow.topology) {
      write(to_dot(dataflow.graph, View::logical));
      continue;
    }
    TraceState state(file, d);
    state.advance_to(file.events());
    write(to_dot(dataflow.graph, state.snapshot()));
  }
}

}  // namespace

const std::map<std::string, Export>& exports() {
  static const std::map<std::string, Export> all{{"jsonl", as_jsonl},
                                                 {"csv", as_csv},
                                                 {"perfetto", as_perfetto},
                                                 {"shiviz", as_shiviz},
                                                 {"dot", as_dot}};
  return all;
}

}  // namespace tidemark
