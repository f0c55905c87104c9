// SPDX-License-Identifier: MIT
//
// What a source could not read.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>

namespace tidemark {

/// A record that is none, and where it stands.
struct BadRecord {
  static constexpr std::size_t longest_text = 1000;  ///< bytes of `text` that `readable` takes

  std::string file;          ///< its path
  std::uint64_t line = 0;    ///< from 1
  std::uint64_t column = 0;  ///< from 1; 0: the record as a whole
  std::string reason;        ///< why it is none, for people
  std::string text;          ///< what stands there

  ///@{
  /// For its Codec (core/codec.hpp), and for sinks that name what they write.
  static constexpr std::array<std::string_view, 5> names{"file", "line", "column", "reason",
                                                         "text"};
  static auto fields(auto& self) {
    return std::tie(self.file, self.line, self.column, self.reason, self.text);
  }
  ///@}
  friend auto operator<=>(const BadRecord&, const BadRecord&) = default;
  friend std::ostream& operator<<(std::ostream& out, const BadRecord& bad) {
    return out << '\'' << bad.file << "': " << bad.place() << ": " << bad.reason;
  }

  /// The same, as input_with_bad gives it: in UTF-8, which every sink can write. A byte that is
  /// none stands there as `\xE9`; of `text` at most `longest_text` bytes are taken, without a
  /// carriage return at its end.
  BadRecord readable() const;

  /// "line 3, column 7", or without a column.
  std::string place() const {
    return "line " + std::to_string(line) +
           (column == 0 ? "" : ", column " + std::to_string(column));
  }
};

}  // namespace tidemark
