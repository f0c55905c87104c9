// SPDX-License-Identifier: MIT
//
// What is thrown for a trace that cannot be read, or not be written.
#pragma once

#include <stdexcept>

namespace tidemark {

/// Bytes that are no trace, or of a trace that is damaged; says which.
class BadTrace : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A trace that cannot be written; names the file.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tidemark
