// SPDX-License-Identifier: MIT
//
// The tidemark program: one sub-command, one file.
#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "program/command_line.hpp"

int main(int argc, char** argv) {
  return tidemark::run_command_line(
      "tidemark", "Tidemark: timely dataflow for research and teaching", argc, argv,
      [](CLI::App& app) {
        tidemark::add_run_command(app);
        tidemark::add_bench_command(app);
        tidemark::add_traffic_command(app);
        tidemark::add_trace_command(app);
        tidemark::add_why_command(app);
        tidemark::add_lint_command(app);
        tidemark::add_frontiers_command(app);
        tidemark::add_pointstamps_command(app);
        app.callback([&app] {
          if (app.get_subcommands().empty())
            throw CLI::RequiredError("A command is required", CLI::ExitCodes::RequiredError);
        });
      });
}
