// SPDX-License-Identifier: MIT
//
// How the results of windows, and late values, leave a step.
#pragma once

#include <tidemark/core/emitter.hpp>
#include <tidemark/windowing/window_work.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace tidemark::detail {

template <typename R>
struct ResultIn {
  using type = R;
};
template <typename R>
struct ResultIn<std::optional<R>> {
  using type = R;
};
/// What a step sends of an aggregate's results: of a std::optional, what is in it.
template <typename A>
using SentOf = typename ResultIn<ResultOf<A>>::type;

/// Where the results of one key go: `emit(window, accumulator, revision)` for a window that has
/// closed, `emit.early(window, result)` for what comes before.
template <Timestamp T, typename Key, typename Value, typename Work>
struct WindowResults {
  using Window = typename Work::Windower::Window;
  using Sent = SentOf<typename Work::Aggregate>;
  using Out = std::pair<Key, WindowResult<Sent>>;
  using LateOut = std::pair<Key, Late<Value>>;

  Work& work;
  const Key& key;
  Emitter<T, Out>& out;
  Emitter<T, LateOut>* late_out;  // null if nobody wants any

  /// Whether there is a result.
  bool operator()(const Window& window, typename Work::Accumulator&& accumulator,
                  std::uint32_t revision = 0) {
    if (revision == 0) ++work.tally.windows;
    WindowInfo info = work.windower.info(window);
    info.revision = revision;
    if (work.notes.closed) [[unlikely]]
      work.notes.tell_closed(key, info);
    auto result = result_of(work.aggregate, std::move(accumulator), std::as_const(info));
    if constexpr (is_optional<decltype(result)>) {
      if (!result) return false;
      give(std::move(info), *std::move(result));
    } else {
      give(std::move(info), std::move(result));
    }
    return true;
  }
  void early(const Window& window, Sent&& result) {
    give(work.windower.info(window), std::move(result));
  }
  /// A window has its first value.
  void opened(const Window& window) const {
    if (work.notes.opened) [[unlikely]]
      tell_opened(window);
  }
  bool wants_late() const { return late_out != nullptr; }
  void note_late(const EventTime& time, const EventTime& watermark) const {
    ++work.tally.late;
    if (work.notes.late) [[unlikely]]
      work.notes.tell_late(key, time, watermark);
  }
  void late(Value value, const EventTime& time, const EventTime& watermark) {
    if (wants_late()) late_out->give({key, Late<Value>{std::move(value), time, watermark}});
  }

 private:
  [[gnu::noinline]] void tell_opened(const Window& window) const {
    work.notes.tell_opened(key, work.windower.info(window));
  }
  void give(WindowInfo&& window, Sent&& result) {
    out.give(Out(key, WindowResult<Sent>{std::move(window), std::move(result)}));
  }
};

}  // namespace tidemark::detail
