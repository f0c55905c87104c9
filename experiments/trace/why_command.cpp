// SPDX-License-Identifier: MIT
//
// tidemark why: why a frontier stood where it stood.
#include <tidemark/core/error.hpp>
#include <tidemark/core/explanation.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../print.hpp"
#include "instant.hpp"
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;
using Cause = Explanation::Cause;

struct WhyOptions : InstantOptions {
  std::string port;
  std::string time;
};

const char* name_of(Cause::Role role) {
  switch (role) {
    case Cause::Role::arrived:
      return "arrived";
    case Cause::Role::begins:
      return "begins";
    case Cause::Role::holds_on:
      return "holds on";
    case Cause::Role::waits:
      break;
  }
  return "waits";
}

const char* name_of(Explanation::Holder::Kind kind) {
  switch (kind) {
    case Explanation::Holder::Kind::capability:
      return "capability";
    case Explanation::Holder::Kind::queued_batch:
      return "queued batch";
    case Explanation::Holder::Kind::open_batch:
      break;
  }
  return "open batch";
}

/// The numbers in a timestamp as it is printed, such as `(3,1)`. Throws DataflowError.
Coordinates time_of(const std::string& text, const TracedDataflow& dataflow, LocationId location) {
  Coordinates time;
  std::uint32_t k = 0;
  for (const char* at = text.c_str(); *at != '\0';) {
    if (*at < '0' || *at > '9') {
      ++at;
      continue;
    }
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(at, &end, 10);
    if (k != max_coordinates) set_coordinate(time, k++, number);
    at = end;
  }
  if (dataflow.text(time, location) != text)
    throw DataflowError(fmt::format("'{}' is no timestamp there; one looks like {}", text,
                                    dataflow.text(Coordinates::minimum(), location)));
  return time;
}

/// Where a cause comes from.
struct Origin {
  std::uint64_t event = 0;
  std::uint64_t clock = 0;
  std::uint32_t worker = 0;
  std::string step;  ///< whose doing it is; empty: of several, or not known
  std::vector<TraceState::LivingCapability> capabilities;
};

/// The step that holds what is at an output, or that sends to an input, if it is one.
std::string step_behind(const TracedDataflow& dataflow, LocationId location) {
  const Topology<Coordinates>& topology = *dataflow.topology;
  const auto name = [&](OperatorId op) { return dataflow.operators[op.value].name; };
  if (!topology.is_target(location)) return name(topology.operator_of(location));
  std::set<std::string> senders;
  for (const Channel& channel : dataflow.channels)
    if (topology.location(channel.to) == location) senders.insert(name(channel.from.op));
  return senders.size() == 1 ? *senders.begin() : "";
}

Origin origin_of(const Instant& instant, const Cause& cause) {
  const LocationId location = cause.path.front().location;
  Origin origin{.event = cause.since.value_or(0),
                .step = step_behind(instant.dataflow(), location),
                .capabilities = instant.state().capabilities_at(location, cause.path.front().time)};
  instant.file().for_each(origin.event, origin.event, [&](std::uint64_t, const TraceEvent* event) {
    if (event == nullptr) return true;
    origin.clock = event->clock;
    origin.worker = event->worker;
    return true;
  });
  return origin;
}

std::string since_text(const TraceFile& file, const Origin& origin) {
  if (origin.event == 0)
    return file.first() == 1 ? "from the beginning" : "from before this part of the trace";
  std::string text = fmt::format("since event {}, {} after the run began", origin.event,
                                 duration_text(origin.clock));
  if (origin.worker == TraceEvent::several_workers)
    return text + ", by a report of several workers";
  text += fmt::format(", by worker {}", origin.worker);
  return origin.step.empty() ? text : text + " when it ran '" + origin.step + "'";
}

/// "  capability 12 of worker 0: born in event 40 of capability 3, and moved in event 77\n".
std::string text_of(const TraceFile& file, const TraceState::LivingCapability& capability) {
  std::string text =
      fmt::format("  capability {} of worker {}: ", capability.number, capability.worker);
  if (capability.born != 0) {
    text += fmt::format("born in event {}", capability.born);
  } else {
    text += file.first() == 1 ? "there from the beginning" : "there from before this part";
  }
  if (capability.parent != 0) text += fmt::format(" of capability {}", capability.parent);
  if (capability.moved != capability.born)
    text += fmt::format(", and moved there in event {}", capability.moved);
  return text + "\n";
}

Json to_json(const Explanation& why, const std::vector<Origin>& origins) {
  Json causes = Json::array();
  for (std::size_t i = 0; i != why.causes.size(); ++i) {
    const Cause& cause = why.causes[i];
    Json path = Json::array(), holders = Json::array();
    for (const Explanation::Hop& hop : cause.path)
      path.push_back({{"port", hop.name}, {"time", hop.time}});
    for (const Explanation::Holder& holder : cause.holders)
      holders.push_back(
          {{"worker", holder.worker}, {"holds", name_of(holder.kind)}, {"count", holder.count}});
    Json json{{"role", name_of(cause.role)}, {"count", cause.count},
              {"path", std::move(path)},     {"holders", std::move(holders)},
              {"in_flight", cause.rest},     {"since", origins[i].event}};
    if (!origins[i].step.empty()) json["by"] = origins[i].step;
    for (const TraceState::LivingCapability& each : origins[i].capabilities)
      json["capabilities"].push_back({{"number", each.number},
                                      {"worker", each.worker},
                                      {"born", each.born},
                                      {"parent", each.parent},
                                      {"moved", each.moved}});
    causes.push_back(std::move(json));
  }
  return {{"port", why.name}, {"time", why.time}, {"causes", std::move(causes)}};
}

void why(const WhyOptions& options) {
  Instant instant(options);
  const LocationId port = instant.port(options.port);
  std::vector<Explanation> explanations;
  if (options.time.empty()) {
    explanations = instant.state().explain(port);
  } else {
    explanations = {instant.state().explain(port, time_of(options.time, instant.dataflow(), port))};
  }
  Json json = Json::array();
  std::string text = instant.text() + ", by ledger " + std::to_string(options.ledger) + ":\n";
  if (explanations.empty()) text += "all is complete at " + options.port + "\n";
  for (const Explanation& each : explanations) {
    std::vector<Origin> origins;
    for (const Cause& cause : each.causes) origins.push_back(origin_of(instant, cause));
    json.push_back(to_json(each, origins));
    text += to_text(each) + "\n";
    const auto oldest = std::ranges::min_element(origins, {}, &Origin::event);
    if (oldest == origins.end()) continue;
    const Explanation::Hop& first =
        each.causes[static_cast<std::size_t>(oldest - origins.begin())].path.front();
    text += "  the oldest is " + first.name + " at " + first.time + ", " +
            since_text(instant.file(), *oldest) + "\n";
    for (const TraceState::LivingCapability& capability : oldest->capabilities)
      text += text_of(instant.file(), capability);
  }
  print(options.json ? Json{{"at", instant.at()},
                            {"clock_ns", instant.clock(instant.at())},
                            {"ledger", options.ledger},
                            {"explanations", std::move(json)}}
                               .dump(2, ' ', false, Json::error_handler_t::replace) +
                           "\n"
                     : text);
}

}  // namespace

void add_why_command(CLI::App& app) {
  auto options = std::make_shared<WhyOptions>();
  CLI::App* const command =
      app.add_subcommand("why", "Say of a trace why a timestamp could still appear at a port");
  add_instant_options(*command, *options);
  command->add_option("--port", options->port, "The port, such as count.in0")->required();
  command->add_option("--time", options->time,
                      "The timestamp, such as 3 or (3,1). Default: each of the frontier");
  command->callback([options] { why(*options); });
}

}  // namespace tidemark
