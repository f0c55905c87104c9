// SPDX-License-Identifier: MIT
//
// What a command answers goes to standard output.
#pragma once

#include <tidemark/operators/sinks/file_writer.hpp>

#include <string_view>
#include <unistd.h>

namespace tidemark {

/// Throws FileError if nobody can take it.
inline void print(std::string_view text) {
  write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace tidemark
