// SPDX-License-Identifier: MIT
//
// What a source could not read.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>

namespace tidemark {

/// A record that is none, and where it stands.
struct BadRecord {
  static constexpr std::size_t longest_text = 1000;

  std::string file;
  std::uint64_t line = 0;
  std::uint64_t column = 0;  ///< from 1; 0: the record as a whole
  std::string reason;
  std::string text;  ///< what stands there, at most `longest_text` bytes of it

  static auto fields(auto& self) {
    return std::tie(self.file, self.line, self.column, self.reason, self.text);
  }
  friend auto operator<=>(const BadRecord&, const BadRecord&) = default;
  friend std::ostream& operator<<(std::ostream& out, const BadRecord& bad) {
    return out << '\'' << bad.file << "': " << bad.place() << ": " << bad.reason;
  }

  /// "line 3, column 7", or without a column.
  std::string place() const {
    return "line " + std::to_string(line) +
           (column == 0 ? "" : ", column " + std::to_string(column));
  }
};

}  // namespace tidemark
