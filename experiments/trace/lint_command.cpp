// SPDX-License-Identifier: MIT
//
// tidemark lint: what in a run looks like a mistake.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../print.hpp"
#include "instant.hpp"
#include "lint.hpp"
#include <memory>
#include <string>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

struct LintOptions {
  std::string path;
  bool json = false;
};

void lint_command(const LintOptions& options) {
  const TraceFile trace = open_trace(options.path);
  const std::vector<Finding> findings = lint(trace);
  if (options.json) {
    Json json = Json::array();
    for (const Finding& each : findings)
      json.push_back({{"kind", each.kind},
                      {"dataflow", each.dataflow},
                      {"where", each.where},
                      {"from", each.from},
                      {"to", each.to},
                      {"explanation", each.explanation}});
    return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  std::string text = findings.empty() ? "nothing looks like a mistake\n" : "";
  for (const Finding& each : findings)
    text += fmt::format("{}: {} (events {} to {})\n  {}\n", each.where, each.kind, each.from,
                        each.to, each.explanation);
  print(text);
}

}  // namespace

void add_lint_command(CLI::App& app) {
  auto options = std::make_shared<LintOptions>();
  CLI::App* const command = app.add_subcommand(
      "lint",
      "Say what in a trace looks like a mistake: an input that nobody advances, a capability that "
      "nothing needs, an operator that never lets go, a queue that only grows, a key far hotter "
      "than others, a worker that others wait for. A finding is no failure: the status is 0");
  command->add_option("TRACE", options->path, "A trace (tidemark run --trace FILE writes them)")
      ->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options] { lint_command(*options); });
}

}  // namespace tidemark
