// SPDX-License-Identifier: MIT
//
// From a command line to an exit status: what every program of ours does alike.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace tidemark {

/// Reads the command line of the program `name`, with the options, commands and callbacks that
/// `set_up` gives it, --help and --version; the callbacks do the work. Gives the exit status: 0; 2
/// for a command line that is wrong; 128 + the signal for a run that one has interrupted; 1 for
/// what else is thrown, and for a standard output that cannot be written. All but 0 come with a
/// line on standard error; 0, too, is a run that the program has stopped itself
/// (Process::request_stop). A closed pipe is an error, no signal, from here on.
int run_command_line(const std::string& name, const std::string& what, int argc, char** argv,
                     const std::function<void(CLI::App&)>& set_up);

}  // namespace tidemark
