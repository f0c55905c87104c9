// SPDX-License-Identifier: MIT
//
// What a window step tells the trace of its run.
#pragma once

#include <tidemark/core/named_events.hpp>
#include <tidemark/core/print_item.hpp>
#include <tidemark/windowing/window.hpp>

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace tidemark::detail {

/// Windows that open and close, values that are late, how far the watermark has come, and what is
/// saved: of steps that go by a clock, what they have in common. Nobody listens where it was made
/// without an operator. Thread: the operator's worker.
struct WindowNotes {
  Notes opened, closed, late, watermark, saved;

  WindowNotes() = default;
  template <typename Operator>
  explicit WindowNotes(Operator& op)
      : opened(op.notes({"window opened", {key(), {"window"}, time("open"), time("close")}})),
        closed(op.notes(
            {"window closed", {key(), {"window"}, time("open"), time("close"), {"revision"}}})),
        late(op.notes({"late", {key(), time("time"), time("watermark")}})),
        watermark(op.notes({"watermark", {time("watermark")}})),
        saved(op.notes({"saved", {{"epoch"}, {"keys"}}})) {}

  template <typename Key>
  [[gnu::noinline]] void tell_opened(const Key& of, const WindowInfo& window) const {
    opened.tell({text_of(of), window.id, window.open, window.close});
  }
  template <typename Key>
  [[gnu::noinline]] void tell_closed(const Key& of, const WindowInfo& window) const {
    closed.tell({text_of(of), window.id, window.open, window.close,
                 static_cast<std::int64_t>(window.revision)});
  }
  template <typename Key>
  [[gnu::noinline]] void tell_late(const Key& of, EventTime at, EventTime behind) const {
    late.tell({text_of(of), at, behind});
  }

 private:
  static NamedEvents::Column key() { return {"key", NamedEvents::Type::text}; }
  static NamedEvents::Column time(std::string name) {
    return {std::move(name), NamedEvents::Type::time};
  }
  template <typename Key>
  static std::string text_of(const Key& of) {
    if constexpr (Printable<Key>) {
      std::ostringstream text;
      print_item(text, of);
      return std::move(text).str();
    } else {
      return "a key that cannot be printed";
    }
  }
};

}  // namespace tidemark::detail
