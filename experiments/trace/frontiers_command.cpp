// SPDX-License-Identifier: MIT
//
// tidemark frontiers, tidemark pointstamps: the state of a dataflow at one instant of its trace.
#include <tidemark/core/progress_snapshot.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../print.hpp"
#include "instant.hpp"
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

void print_state(const InstantOptions& options, const char* what,
                 const std::function<Json(const PortProgress&)>& to_json,
                 const std::function<std::string(const PortProgress&)>& to_text) {
  Instant instant(options);
  const ProgressSnapshot state = instant.state().snapshot();
  if (options.json) {
    Json ports = Json::array();
    for (const PortProgress& port : state.ports) ports.push_back(to_json(port));
    return print(
        Json{{"at", instant.at()}, {"ledger", options.ledger}, {what, std::move(ports)}}.dump(
            2, ' ', false, Json::error_handler_t::replace) +
        "\n");
  }
  std::size_t width = 0;
  for (const PortProgress& port : state.ports) width = std::max(width, port.name.size());
  std::string text = instant.text() + ", by ledger " + std::to_string(options.ledger) + ":\n";
  for (const PortProgress& port : state.ports)
    if (const std::string line = to_text(port); !line.empty())
      text += fmt::format("  {:<{}}  {}\n", port.name, width, line);
  print(text);
}

void frontiers(const InstantOptions& options) {
  print_state(
      options, "frontiers",
      [](const PortProgress& port) {
        return Json{{"port", port.name}, {"frontier", port.frontier}};
      },
      [](const PortProgress& port) {
        return port.frontier.empty() ? std::string("complete")
                                     : fmt::format("{}", fmt::join(port.frontier, " "));
      });
}

void pointstamps(const InstantOptions& options) {
  print_state(
      options, "pointstamps",
      [](const PortProgress& port) {
        Json counts = Json::array();
        for (const auto& [time, count] : port.counts)
          counts.push_back({{"time", time}, {"count", count}});
        return Json{{"port", port.name},
                    {"counts", port.is_target ? "batches" : "capabilities"},
                    {"at", std::move(counts)}};
      },
      [](const PortProgress& port) {
        std::string text;
        for (const auto& [time, count] : port.counts)
          text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", count, time);
        if (text.empty()) return text;
        return (port.is_target ? "on the way or waiting: " : "capabilities: ") + text;
      });
}

}  // namespace

void add_frontiers_command(CLI::App& app) {
  auto options = std::make_shared<InstantOptions>();
  CLI::App* const command = app.add_subcommand(
      "frontiers", "Print what could still appear at each port, at one instant of a trace");
  add_instant_options(*command, *options);
  command->callback([options] { frontiers(*options); });
}

void add_pointstamps_command(CLI::App& app) {
  auto options = std::make_shared<InstantOptions>();
  CLI::App* const command = app.add_subcommand(
      "pointstamps", "Print what was held and on its way, at one instant of a trace");
  add_instant_options(*command, *options);
  command->callback([options] { pointstamps(*options); });
}

}  // namespace tidemark
