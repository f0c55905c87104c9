// SPDX-License-Identifier: MIT
//
// Timestamps, frontiers and the like as text.
#pragma once

#include <sstream>
#include <string>
#include <utility>

namespace tidemark {

/// What `out << value` prints.
template <typename Value>
std::string to_text(const Value& value) {
  std::ostringstream out;
  out << value;
  return std::move(out).str();
}

}  // namespace tidemark
