// SPDX-License-Identifier: MIT
//
// What a window step says: results with their windows, and what came too late.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/print_item.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <ostream>
#include <string_view>
#include <tuple>
#include <vector>

namespace tidemark {

/// A window of a key. `id` tells apart the windows of one key. Sessions and counts are numbered as
/// they begin, and anew once the step has forgotten the key (WindowOptions::remember): then what
/// has an id once more, and `revision` 0, is another window.
struct WindowInfo {
  std::int64_t id = 0;  ///< tells it from the other windows of its key
  EventTime open{};     ///< the first instant that belongs to it; of a session, its first value
  EventTime close{};    ///< the first that does not; of a session or a count, its last value
  std::vector<std::int64_t> merged{};  ///< of windows that have become part of this one
  bool has_close = false;              ///< whether `close` belongs to it
  std::uint32_t revision = 0;          ///< of its result: how many have come before (corrected.hpp)

  ///@{
  /// For its Codec (core/codec.hpp), and for sinks that name what they write.
  static auto fields(auto& self) {
    return std::tie(self.id, self.open, self.close, self.merged, self.has_close, self.revision);
  }
  static constexpr std::array<std::string_view, 6> names{"id",     "open",      "close",
                                                         "merged", "has_close", "revision"};
  ///@}
  friend auto operator<=>(const WindowInfo&, const WindowInfo&) = default;
  /// window 7 [2022-01-01T00:00:00Z, 2022-01-01T01:00:00Z), and `]` where the close belongs to it.
  friend std::ostream& operator<<(std::ostream& out, const WindowInfo& window) {
    out << "window " << window.id << " [" << to_iso8601(window.open) << ", "
        << to_iso8601(window.close) << (window.has_close ? ']' : ')');
    const char* before = " merged with ";
    for (const std::int64_t other : window.merged) {
      out << before << other;
      before = ", ";
    }
    if (window.revision != 0) out << " revision " << window.revision;
    return out;
  }
};

/// A result, and the window whose values it is of. With an early result the window is as it was
/// when that was sent.
template <typename Result>
struct WindowResult {
  WindowInfo window{};  ///< whose values they are
  Result result{};      ///< what the aggregate made of them

  ///@{
  /// For its Codec (core/codec.hpp), and for sinks that name what they write.
  static auto fields(auto& self) { return std::tie(self.window, self.result); }
  static constexpr std::array<std::string_view, 2> names{"window", "result"};
  ///@}
  friend auto operator<=>(const WindowResult&, const WindowResult&) = default;
  friend std::ostream& operator<<(std::ostream& out, const WindowResult& of_window)
    requires Printable<Result>
  {
    out << of_window.window << ": ";
    print_item(out, of_window.result);
    return out;
  }
};

/// A value that came too late.
template <typename Value>
struct Late {
  Value value{};          ///< as it came
  EventTime time{};       ///< of the value,
  EventTime watermark{};  ///< and how far its key had got

  friend auto operator<=>(const Late&, const Late&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Late& late) {
    out << "late: " << to_iso8601(late.time) << " before " << to_iso8601(late.watermark);
    if constexpr (Printable<Value>) {
      out << ", ";
      print_item(out, late.value);
    }
    return out;
  }
};

}  // namespace tidemark
