// SPDX-License-Identifier: MIT
//
// Names on their way into a picture: any bytes in, the same characters on the page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::detail {

/// `bytes` as UTF-8 that XML can hold: what is neither becomes U+FFFD, a tab a space.
std::string clean_utf8(std::string_view bytes);

/// The first `limit` characters of clean `text`, the last of them "…" if some had to go.
std::string abbreviate(std::string_view text, std::size_t limit);

/// Clean `text` for a tooltip attribute, in which Graphviz reads entities, and escapes such as `\N`
/// twice over.
std::string to_tooltip(std::string_view text);

/// Clean `text` for an HTML-like label, in which it reads entities, and escapes once. Each newline
/// becomes `newline`.
std::string to_html(std::string_view text, std::string_view newline = "<BR/>");

}  // namespace tidemark::detail
