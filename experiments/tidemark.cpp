// SPDX-License-Identifier: MIT
//
// The tidemark program: one sub-command, one file.
#include <tidemark/core/error.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands.hpp"
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace tidemark {
namespace {

int run(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty())
      throw CLI::RequiredError("A command is required", CLI::ExitCodes::RequiredError);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::ostringstream help;
    const int status = app.exit(error, help, std::cerr);
    write_all(STDOUT_FILENO, help.str(), "standard output");
    return status == 0 ? 0 : 2;
  }
}

/// Says on standard error what went wrong; does not care if nobody can hear it.
void complain(const std::exception& error) {
  std::fputs(fmt::format("tidemark: {}\n", error.what()).c_str(), stderr);
}

}  // namespace
}  // namespace tidemark

int main(int argc, char** argv) {
  const tidemark::StandardDescriptors standard_descriptors;  // before anything is opened
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error like any other
  CLI::App app("Tidemark: timely dataflow for research and teaching", "tidemark");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("tidemark: {}\nTry 'tidemark --help'.\n", error.what());
  });
  tidemark::add_run_command(app);
  tidemark::add_bench_command(app);
  tidemark::add_traffic_command(app);
  try {
    return tidemark::run(app, argc, argv);
  } catch (const tidemark::Interrupted& error) {
    tidemark::complain(error);
    return 128 + error.signal();  // what a shell says of a program that the signal has ended
  } catch (const std::exception& error) {
    tidemark::complain(error);
    return 1;
  }
}
