// SPDX-License-Identifier: MIT
//
// File errors: one sentence with the file's name and the system's reason.
#pragma once

#include <stdexcept>
#include <string>

namespace tidemark {

/// A file that cannot be read or written.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws a FileError: "cannot <verb> '<path>': <reason for error_number>".
[[noreturn]] void throw_file_error(const std::string& verb, const std::string& path,
                                   int error_number);

}  // namespace tidemark
