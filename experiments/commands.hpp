// SPDX-License-Identifier: MIT
//
// The sub-commands of the tidemark program, one file each.
#pragma once

namespace CLI {
class App;
}

namespace tidemark {

/// Each adds its sub-command, whose callback does the work and throws what goes wrong.
void add_run_command(CLI::App& app);
void add_bench_command(CLI::App& app);
void add_traffic_command(CLI::App& app);
void add_trace_command(CLI::App& app);
void add_why_command(CLI::App& app);
void add_lint_command(CLI::App& app);
void add_frontiers_command(CLI::App& app);
void add_pointstamps_command(CLI::App& app);

}  // namespace tidemark
