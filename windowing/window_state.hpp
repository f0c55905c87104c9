// SPDX-License-Identifier: MIT
//
// What a window step on a clock keeps of a key, in memory and as bytes.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/windowing/play_queue.hpp>
#include <tidemark/windowing/windows_of_key.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace tidemark::detail {

/// The clock's state, the open windows, and the values that wait for their turn. As bytes it can be
/// saved and, by a step with an equal clock, windower and aggregate, be gone on with.
template <typename C, typename Value, typename Work>
struct WindowState {
  using Windows = WindowsOf<Work>;
  struct Nothing {};

  /// Whether the order of values can be seen.
  static constexpr bool queues = !Work::Aggregate::commutative || !Work::Windower::by_time;
  static constexpr bool encodable =
      Encodable<typename C::State> && Windows::encodable && (Encodable<Value> || !queues);

  [[no_unique_address]] typename C::State clock;
  Windows windows{};
  [[no_unique_address]] std::conditional_t<queues, PlayQueue<Value>, Nothing> queue;

  /// An empty clock state is left alone: clang 16 would set a byte of what lies in its place.
  WindowState() {
    if constexpr (!std::is_empty_v<typename C::State>) clock = typename C::State{};
  }

  /// Whether nothing waits for a watermark.
  bool idle() const {
    if constexpr (queues)
      if (!queue.empty()) return false;
    return windows.empty();
  }
  /// The watermark for which the first waits; after all time if none does.
  EventTime next(const Work& work) const {
    const EventTime end = windows.next_end(work);
    if constexpr (queues)
      if (!queue.empty()) return std::min(end, queue.next());
    return end;
  }

  /// Requires: encodable.
  static std::string signature() {
    std::string all = unscoped_name(typeid(C)) + "," + Codec<typename C::State>::signature() + "," +
                      Windows::signature();
    if constexpr (queues) all += "," + Codec<Value>::signature();
    return all;
  }
  /// Requires: encodable.
  void write(std::string& to) const {
    Codec<typename C::State>::write(to, clock);
    windows.write(to);
    if constexpr (queues) queue.write(to);
  }
  /// Makes of a new state the one that was written. Returns a number above those of the values that
  /// wait. Requires: encodable. Throws BadBytes.
  std::uint64_t read(ByteReader& from, const Work& work) {
    clock = Codec<typename C::State>::read(from);
    windows.read(from, work);
    if constexpr (queues) return queue.read(from);
    return 0;
  }
};

}  // namespace tidemark::detail
