// SPDX-License-Identifier: MIT
//
// Bytes that may be text in UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark {

/// The length in bytes of the well-formed character that `bytes` begins with (Unicode, table 3-7);
/// 0: it begins with none. Requires: not empty.
std::size_t utf8_length(std::string_view bytes);

/// Without the part of a character at the end of the first `most` bytes, where text is cut.
std::string_view cut_utf8(std::string_view bytes, std::size_t most);

/// The same text; each byte that is no part of UTF-8 stands there as `\xE9`.
std::string readable_utf8(std::string_view bytes);

/// The same, with control characters told in that way, too: for a line on a terminal.
std::string printable_utf8(std::string_view bytes);

}  // namespace tidemark
