// SPDX-License-Identifier: MIT
//
// Timestamps, frontiers and the like as text.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <cstdint>
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

/// A timestamp of a ledger as it is seen at a location at `depth`.
template <Timestamp T>
std::string to_text(const T& time, std::uint32_t depth) {
  std::ostringstream out;
  print_at_depth(out, time, depth);
  return std::move(out).str();
}

}  // namespace tidemark
