// SPDX-License-Identifier: MIT
//
// Files that commands write when their work is done.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// Throws FileError if the file at `path` cannot be written, so that a command fails before its
/// work and not after it. No path: none is to be written.
void require_writable(const std::string& path);

/// Writes the whole file at `path`, if there is one. A signal that would end the program does so
/// behind it, so that nothing half-made is left.
void write_file(const std::string& path, std::string_view text);

}  // namespace tidemark
