// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <tidemark/core/error.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/core/system_reason.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "arguments.hpp"
#include "version_text.hpp"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <unistd.h>

namespace tidemark {
namespace {

/// Says on standard error what went wrong; does not care if nobody can hear it.
int complain(const std::string& name, const std::string& what, int status) {
  std::fputs((name + ": " + what + "\n").c_str(), stderr);
  return status;
}

/// What was printed with the functions of C, or by std::cout, may still lie in the buffer.
void flush_standard_output() {
  const bool had_failed = std::ferror(stdout) != 0;
  if (std::fflush(stdout) != 0) throw_file_error("write", "standard output", errno);
  if (had_failed) throw_file_error("write", "standard output", EIO);
}

int parse(CLI::App& app, int argc, char** argv) {
  try {
    try {
      app.parse(argc, argv);
    } catch (const Interrupted& error) {
      if (error.signal() != 0) throw;  // else the program has stopped itself
    }
    flush_standard_output();
    return 0;
  } catch (const CLI::ParseError& error) {
    std::ostringstream help;
    const int status = app.exit(error, help, std::cerr);
    write_all(STDOUT_FILENO, help.str(), "standard output");
    return status == 0 ? 0 : 2;
  }
}

}  // namespace

int run_command_line(const std::string& name, const std::string& what, int argc, char** argv,
                     const std::function<void(CLI::App&)>& set_up) {
  const StandardDescriptors standard_descriptors;  // before anything is opened
  std::signal(SIGPIPE, SIG_IGN);
  try {
    CLI::App app(what, name);
    app.failure_message([&name](const CLI::App*, const CLI::Error& error) {
      return fmt::format("{}: {}\nTry '{} --help'.\n", name, error.what(), name);
    });
    app.set_version_flag("--version", version_text());
    set_up(app);
    check_arguments(app);
    return parse(app, argc, argv);
  } catch (const Interrupted& error) {
    return complain(name, error.what(), 128 + error.signal());  // what a shell says of a program
                                                                // that the signal has ended
  } catch (const std::bad_alloc&) {
    return complain(name, system_reason(ENOMEM), 1);
  } catch (const std::exception& error) {
    return complain(name, error.what(), 1);
  } catch (...) {
    return complain(name, "an exception that is not a std::exception", 1);
  }
}

}  // namespace tidemark
