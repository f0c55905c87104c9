// SPDX-License-Identifier: MIT
//
// What the arguments of a program may be, beyond what CLI11 checks by itself.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace tidemark {

/// Refuses empty arguments of all options that the program and its sub-commands have by now, and
/// numbers that are not in decimal digits, of which CLI11 reads some as octal.
void check_arguments(CLI::App& app);

/// The name of a file that is written: `-` would be taken for a stream.
CLI::Validator file_name();

/// 10s, 500ms, 2min, or a number of seconds; becomes a number of milliseconds.
CLI::Validator duration();

/// One of these words.
CLI::Validator one_of(std::vector<std::string> words);

}  // namespace tidemark
