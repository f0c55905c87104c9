// SPDX-License-Identifier: MIT
//
// The tidemark program: one sub-command, one file.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands.hpp"
#include <csignal>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error like any other
  CLI::App app("Tidemark: timely dataflow for research and teaching", "tidemark");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("tidemark: {}\nTry 'tidemark --help'.\n", error.what());
  });
  tidemark::add_run_command(app);
  tidemark::add_bench_command(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "tidemark: {}\n", error.what());
    return 1;
  }
}
