// SPDX-License-Identifier: MIT
//
// The windows of a key that are kept after they have closed, for late values to correct.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/windowing/window_work.hpp>

#include <boost/container/devector.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace tidemark::detail {

/// Open windows, and closed ones that are kept, of one key, in order: for every windower that is
/// Corrected. `emit(window, accumulator, revision)` gets each that is over and has changed since it
/// was told, and says whether that gave a result; `emit.early(window, result)` what an aggregate
/// sends before.
///
/// Cost: a value costs one fold for each of its windows, a result a look at each window that is
/// kept, and a copy of its accumulator.
template <typename Work>
class CorrectedWindows {
  using Windower = typename Work::Windower;
  using Window = typename Windower::Window;
  using Accumulator = typename Work::Accumulator;
  static_assert(
      std::copyable<Accumulator>,
      "Corrected: the aggregate's accumulator must be copyable, for a window that is kept "
      "may give more than one result");

 public:
  /// What is empty is left alone: clang 16 would set a byte of what lies in its place.
  CorrectedWindows() {
    if constexpr (!std::is_empty_v<typename Windower::State>) state_ = typename Windower::State{};
  }

  /// Late values are not turned away before they are here.
  static constexpr bool corrects = true;

  /// Puts a value into those of its windows that are kept at `watermark`.
  template <typename Value, typename Emit>
  Placement add(Work& work, EventTime time, Value value, EventTime watermark, Emit&& emit) {
    bool late = false;
    std::optional<Window> last;  // to move the value into the last of its windows
    const auto put_last = [&](auto&& of_value) {
      if (!put(work, *std::move(last), time, std::forward<decltype(of_value)>(of_value), watermark,
               emit))
        late = true;
    };
    work.windower.windows_of(state_, time, [&](Window window) {
      if (last) put_last(std::as_const(value));
      last = std::move(window);
    });
    if (!last) return Placement::outside;
    put_last(std::move(value));
    return late ? Placement::late : Placement::placed;
  }

  /// Tells of what is over, and of what has changed since, and drops what is not kept any more.
  template <typename Emit>
  void close(Work& work, EventTime watermark, Emit&& emit) {
    if (kept_.empty() || watermark < next_) return;
    next_ = after_all_time;
    for (Kept& kept : kept_) {
      if (const EventTime end = work.windower.end(kept.window); watermark < end) {
        next_ = end;
        break;
      }
      if (!std::exchange(kept.changed, false)) continue;
      if (emit(kept.window, Accumulator(kept.accumulator), kept.revision)) ++kept.revision;
    }
    while (!kept_.empty() && work.windower.kept_until(kept_.front().window) <= watermark)
      kept_.pop_front();
    if (!kept_.empty()) next_ = std::min(next_, work.windower.kept_until(kept_.front().window));
  }

  /// The watermark at which there is something to tell or to drop, or one before; after all time if
  /// there is nothing.
  EventTime next_end(const Work&) const { return kept_.empty() ? after_all_time : next_; }
  bool empty() const { return kept_.empty(); }

  /// What is kept can be written, and read into one that is new.
  static constexpr bool encodable =
      Encodable<typename Windower::State> && Encodable<Window> && Encodable<Accumulator>;
  static std::string signature() {
    return "kept windows of " + unscoped_name(typeid(Windower)) + "," +
           Codec<typename Windower::State>::signature() + "," + Codec<Window>::signature() + "," +
           Codec<Accumulator>::signature();
  }
  void write(std::string& to) const {
    Codec<typename Windower::State>::write(to, state_);
    Codec<EventTime>::write(to, next_);
    Codec<std::uint64_t>::write(to, kept_.size());
    for (const auto& [window, accumulator, revision, changed] : kept_) {
      Codec<Window>::write(to, window);
      Codec<Accumulator>::write(to, accumulator);
      Codec<std::uint32_t>::write(to, revision);
      Codec<bool>::write(to, changed);
    }
  }
  void read(ByteReader& from, const Work&) {
    state_ = Codec<typename Windower::State>::read(from);
    next_ = Codec<EventTime>::read(from);
    for (auto left = Codec<std::uint64_t>::read(from); left != 0; --left) {
      auto window = Codec<Window>::read(from);
      auto accumulator = Codec<Accumulator>::read(from);
      const auto revision = Codec<std::uint32_t>::read(from);
      kept_.push_back(
          Kept{std::move(window), std::move(accumulator), revision, Codec<bool>::read(from)});
    }
  }

 private:
  struct Kept {
    Window window;
    Accumulator accumulator;
    std::uint32_t revision = 0;  // of the next result
    bool changed = true;         // since it was told
  };

  /// False if the window is not there and would not be kept.
  template <typename Value, typename Emit>
  bool put(Work& work, Window window, EventTime time, Value&& value, EventTime watermark,
           Emit& emit) {
    auto at = std::ranges::lower_bound(kept_, window, {}, &Kept::window);
    if (at != kept_.begin() && work.windower.absorb(std::prev(at)->window, window)) {
      --at;
      work.add(at->accumulator, std::forward<Value>(value), time);
    } else if (at != kept_.end() && work.windower.absorb(at->window, window)) {
      work.add(at->accumulator, std::forward<Value>(value), time);
    } else {
      if (work.windower.kept_until(window) <= watermark) return false;
      work.windower.number(state_, window);
      at = kept_.insert(at, Kept{std::move(window), work.first(std::forward<Value>(value), time)});
      if constexpr (requires { emit.opened(at->window); }) emit.opened(at->window);
    }
    at->changed = true;
    if constexpr (Windower::merges)
      while (std::next(at) != kept_.end() &&
             work.windower.absorb(at->window, std::next(at)->window)) {
        work.combine(at->accumulator, std::next(at)->accumulator);
        at = std::prev(kept_.erase(std::next(at)));  // which may move those before
      }
    const EventTime end = work.windower.end(at->window);
    next_ = kept_.size() == 1 ? end : std::min(next_, end);
    if constexpr (requires { work.aggregate.early(at->accumulator); })
      if (auto result = work.aggregate.early(at->accumulator))
        emit.early(at->window, *std::move(result));
    return true;
  }

  boost::container::devector<Kept> kept_;
  EventTime next_ = after_all_time;
  [[no_unique_address]] typename Windower::State state_;
};

}  // namespace tidemark::detail
