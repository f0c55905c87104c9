// SPDX-License-Identifier: MIT
#include "event_json.hpp"

#include <tidemark/core/trace_schema.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <variant>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

/// What an operator has told, by the columns that it has given it.
void add_note(Json& json, const TraceFile& file, const TraceEvent& event) {
  if (event.peer >= file.named_events().size()) {
    json["name"] = "?";
    return;
  }
  const NamedEvents& kind = file.named_events()[event.peer];
  json["name"] = kind.name;
  Json& values = json["values"] = Json::object();
  for (std::size_t i = 0; i != std::min(kind.columns.size(), event.values.size()); ++i) {
    Json& to = values[kind.columns[i].name];
    const std::uint64_t value = event.values[i];
    if (kind.columns[i].type == NamedEvents::Type::text) {
      to = file.text(value);
    } else if (kind.columns[i].type == NamedEvents::Type::time) {
      to = to_iso8601(EventTime(EventTime::duration(static_cast<std::int64_t>(value))));
    } else {
      to = static_cast<std::int64_t>(value);
    }
  }
}

}  // namespace

Json to_json(const TraceFile& file, std::uint64_t number, const TraceEvent& event) {
  const TraceKind& kind = trace_kinds()[static_cast<std::size_t>(event.kind)];
  const TracedDataflow& dataflow = file.dataflows()[event.dataflow];
  const auto text = [&](const Coordinates& time, std::uint32_t location) {
    return location < dataflow.locations() ? file.text(dataflow, time, {location})
                                           : std::string("?");
  };
  Json json{{"n", number},
            {"clock", event.clock},
            {"kind", std::string(kind.name)},
            {"dataflow", event.dataflow}};
  for (const TraceField& field : kind.fields) {
    if (event.kind == TraceEvent::Kind::note && field.name == "name") {
      add_note(json, file, event);
      break;
    }
    Json& to = json[std::string(field.name)];
    std::visit(
        [&](auto member) {
          const auto& value = event.*member;
          using Value = std::remove_cvref_t<decltype(value)>;
          if constexpr (std::is_integral_v<Value>) {
            to = value;
          } else if constexpr (std::is_same_v<Value, Coordinates>) {
            const bool is_of_channel =
                event.kind == TraceEvent::Kind::send || event.kind == TraceEvent::Kind::receive;
            to = text(value,
                      is_of_channel ? dataflow.end_of_channel(event.subject).value : event.subject);
          } else if constexpr (std::is_same_v<Value, std::vector<std::uint64_t>>) {
            to = Json::array();
            for (const std::uint64_t each : value) to.push_back(file.text(each));
          } else if constexpr (std::is_same_v<Value, std::vector<Coordinates>>) {
            to = Json::array();
            for (const Coordinates& time : value) to.push_back(text(time, event.subject));
          } else {
            to = Json::array();
            for (const TraceEvent::Change& change : value)
              to.push_back({{"at", change.location},
                            {"time", text(change.time, change.location)},
                            {"diff", change.diff}});
          }
        },
        field.member);
  }
  if (json.contains("worker") && event.worker == TraceEvent::several_workers)
    json["worker"] = nullptr;
  return json;
}

}  // namespace tidemark
