// SPDX-License-Identifier: MIT
//
// JSON as RFC 8259 has it, without what would be lost in silence.
#pragma once

#include <tidemark/operators/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tidemark {

/// Text that is no JSON, or JSON that cannot be kept as it is written; the message says what is
/// wrong there.
class JsonError : public std::runtime_error {
 public:
  /// `reason` is the message.
  JsonError(std::size_t column, const std::string& reason)
      : std::runtime_error(reason),
        column_(column) {}

  std::size_t column() const { return column_; }  ///< from 1, in bytes

 private:
  std::size_t column_;
};

/// The value that is all of `text`. Throws JsonError for what is no JSON, and for what would become
/// another value: an integer that does not fit into 64 bits, a number too great for a double or so
/// small that it would be 0, a key that an object has twice. A value may be `deepest_json` deep.
/// Other numbers become the nearest double.
nlohmann::json read_json(std::string_view text);

}  // namespace tidemark
