// SPDX-License-Identifier: MIT
//
// What a window step says of its windows, besides their results.
#pragma once

#include <tidemark/core/event_time.hpp>

#include <compare>
#include <cstdint>
#include <ostream>
#include <variant>
#include <vector>

namespace tidemark {

/// A window of a key that has closed. `id` tells apart the windows of one key.
struct WindowInfo {
  std::int64_t id = 0;
  EventTime open{};   ///< the first instant that belongs to it; of a session, its first value
  EventTime close{};  ///< the first that does not; of a session or a count, its last value
  std::vector<std::int64_t> merged{};  ///< of windows that have become part of this one

  friend auto operator<=>(const WindowInfo&, const WindowInfo&) = default;
  friend std::ostream& operator<<(std::ostream& out, const WindowInfo& window) {
    return out << "window " << window.id << " [" << window.open.time_since_epoch().count() << ", "
               << window.close.time_since_epoch().count() << ')';
  }
};

/// A value that came too late.
template <typename Value>
struct Late {
  Value value{};
  EventTime time{};       ///< of the value,
  EventTime watermark{};  ///< and how far its key had got

  friend auto operator<=>(const Late&, const Late&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Late& late) {
    return out << "late: " << late.time.time_since_epoch().count() << " before "
               << late.watermark.time_since_epoch().count();
  }
};

namespace detail {

/// What goes to `.windows()` and `.late()`.
template <typename Value>
using Notice = std::variant<WindowInfo, Late<Value>>;

/// Whether somebody listens.
struct Wanted {
  bool windows = false;
  bool late = false;
};

}  // namespace detail
}  // namespace tidemark
