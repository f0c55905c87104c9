// SPDX-License-Identifier: MIT
//
// An accumulator for each open window of a key: for every windower and every aggregate.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/windowing/window_work.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace tidemark::detail {

/// The open windows of one key, in order. `emit(window, accumulator)` gets each that closes, and
/// `emit.early(window, result)` what an aggregate sends before.
///
/// Cost: a value costs one fold for each of its windows. Memory: an open window costs itself and
/// its accumulator; the first lies in place, and if it is small the second.
template <typename Work>
class EachWindow {
  using Windower = typename Work::Windower;
  using Window = typename Windower::Window;
  using Accumulator = typename Work::Accumulator;
  /// Whether the end of a window says which values are in it.
  static constexpr bool knows_ends =
      requires(const Windower& windower, EventTime time) { windower.is_just_before(time, time); };

 public:
  /// What is empty is left alone: clang 16 would set a byte of what lies in its place.
  EachWindow() {
    if constexpr (knows_ends) last_end_ = after_all_time;
    if constexpr (!std::is_empty_v<typename Windower::State>) state_ = typename Windower::State{};
  }

  /// Puts a value into its windows, unless it is late by `watermark`.
  template <typename Value, typename Emit>
  Placement add(Work& work, EventTime time, Value value, EventTime watermark, Emit&& emit) {
    const bool by_window = judges_by_window(work.windower);
    if (!by_window && time < watermark) return Placement::late;
    if constexpr (knows_ends) {
      if (!by_window && !open_.empty()) {  // then most values are in one of these
        Open* const window = work.windower.is_just_before(time, last_end_)   ? &open_.back()
                             : work.windower.is_just_before(time, next_end_) ? &open_.front()
                                                                             : nullptr;
        if (window != nullptr) {
          work.add(window->accumulator, std::move(value), time);
          emit_early(work, *window, emit);
          return Placement::placed;
        }
      }
    }
    bool late = false;
    std::optional<Window> last;  // to move the value into the last of its windows
    work.windower.windows_of(state_, time, [&](Window window) {
      if (by_window && work.windower.end(window) <= watermark) {
        late = true;
        return;
      }
      if (last) put(work, *std::move(last), time, value, emit);
      last = std::move(window);
    });
    if (!last) return late ? Placement::late : Placement::outside;
    put(work, *std::move(last), time, std::move(value), emit);
    return late ? Placement::late : Placement::placed;
  }

  /// Closes what is over.
  template <typename Emit>
  void close(Work& work, EventTime watermark, Emit&& emit) {
    while (next_end_ <= watermark && !open_.empty()) {
      Open window = std::move(open_.front());
      open_.erase(open_.begin());
      look_at_ends(work);
      emit(window.window, std::move(window.accumulator));
    }
  }

  /// The watermark that closes a window; after all time if there is none.
  EventTime next_end(const Work&) const { return next_end_; }
  bool empty() const { return open_.empty(); }

  /// What is kept can be written, and read into one that is new.
  static constexpr bool encodable =
      Encodable<typename Windower::State> && Encodable<Window> && Encodable<Accumulator>;
  static std::string signature() {
    return "windows of " + unscoped_name(typeid(Windower)) + "," +
           Codec<typename Windower::State>::signature() + "," + Codec<Window>::signature() + "," +
           Codec<Accumulator>::signature();
  }
  void write(std::string& to) const {
    Codec<typename Windower::State>::write(to, state_);
    Codec<std::uint64_t>::write(to, open_.size());
    for (const auto& [window, accumulator] : open_) {
      Codec<Window>::write(to, window);
      Codec<Accumulator>::write(to, accumulator);
    }
  }
  void read(ByteReader& from, const Work& work) {
    state_ = Codec<typename Windower::State>::read(from);
    for (auto left = Codec<std::uint64_t>::read(from); left != 0; --left) {
      auto window = Codec<Window>::read(from);
      open_.push_back(Open{std::move(window), Codec<Accumulator>::read(from)});
    }
    look_at_ends(work);
  }

 private:
  struct Open {
    Window window;
    Accumulator accumulator;
  };

  template <typename Value, typename Emit>
  void put(Work& work, Window window, EventTime time, Value&& value, Emit& emit) {
    auto at = std::ranges::lower_bound(open_, window, {}, &Open::window);
    if (at != open_.begin() && work.windower.absorb(std::prev(at)->window, window)) {
      --at;
      work.add(at->accumulator, std::forward<Value>(value), time);
    } else if (at != open_.end() && work.windower.absorb(at->window, window)) {
      work.add(at->accumulator, std::forward<Value>(value), time);
    } else {
      work.windower.number(state_, window);
      at = open_.insert(at, Open{std::move(window), work.first(std::forward<Value>(value), time)});
      if constexpr (requires { emit.opened(at->window); }) emit.opened(at->window);
    }
    if constexpr (Windower::merges)
      while (std::next(at) != open_.end() &&
             work.windower.absorb(at->window, std::next(at)->window)) {
        work.combine(at->accumulator, std::next(at)->accumulator);
        open_.erase(std::next(at));
      }
    if (at == open_.begin() || std::next(at) == open_.end()) look_at_ends(work);
    emit_early(work, *at, emit);
  }

  void look_at_ends(const Work& work) {
    next_end_ = open_.empty() ? after_all_time : work.windower.end(open_.front().window);
    if constexpr (knows_ends)
      last_end_ = open_.size() < 2 ? next_end_ : work.windower.end(open_.back().window);
  }

  template <typename Emit>
  static void emit_early(Work& work, Open& window, Emit& emit) {
    if constexpr (requires { work.aggregate.early(window.accumulator); })
      if (auto result = work.aggregate.early(window.accumulator))
        emit.early(window.window, *std::move(result));
  }

  struct Nothing {};

  EventTime next_end_ = after_all_time;  // of the first window
  [[no_unique_address]] std::conditional_t<knows_ends, EventTime, Nothing> last_end_;
  // Two are open while values of the next window come before this one closes.
  boost::container::small_vector<
      Open, sizeof(Open) <= 32 ? 2 : 1, void,
      boost::container::small_vector_options_t<boost::container::stored_size<std::uint32_t>>>
      open_;
  [[no_unique_address]] typename Windower::State state_;
};

}  // namespace tidemark::detail
