// SPDX-License-Identifier: MIT
//
// Streams: what flows out of an operator, while a dataflow is being built.
#pragma once

#include <tidemark/core/record_type.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/progress/check.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace tidemark {

/// A stream, whatever flows in it. A cheap handle. Valid while its dataflow is being built.
template <Timestamp Time>
struct AnyStream {
  Scope<Time>* scope = nullptr;  ///< in which it can be used; null: this is no stream
  Tee<Time>* tee = nullptr;      ///< what takes its records; null: this is no stream
  std::uint32_t node = 0;        ///< the step that it leaves
  std::uint32_t port = 0;        ///< the output of that step
  SourcePort feeder;             ///< the output whose frontier it shares
  int fused_steps = 0;           ///< between that output and here
  bool relayed = false;          ///< what it sends comes here later, not while it sends

  /// Has `consumer` take what comes out here. Throws DataflowError for a second one if the records
  /// cannot be copied.
  void feed(Consumer<Time>& consumer) const;
};

/// Records of type `Item` at timestamps of type `Time`. A cheap handle: a stream may be used any
/// number of times, and each use gets every record; for more than one the records must be
/// copyable. Valid while its dataflow is being built.
template <Timestamp Time, typename Item>
struct Stream : AnyStream<Time> {
  using time_type = Time;  ///< the timestamps as they are seen in its scope
  using item_type = Item;  ///< the records

  Stream() = default;
  /// Engine only. Requires: records of that type flow in it.
  explicit Stream(const AnyStream<Time>& stream) : AnyStream<Time>(stream) {
    TIDEMARK_CHECK(this->tee == nullptr || &this->tee->type() == &record_type<Item>,
                   "a stream is of the type of its records");
  }
  template <typename Other>
  Stream(const Stream<Time, Other>&) = delete;  // another type of records
};

/// Whether a type is a Stream.
template <typename>
inline constexpr bool is_stream = false;
template <typename Time, typename Item>
inline constexpr bool is_stream<Stream<Time, Item>> = true;  ///< it is

/// Whether a type is a std::pair of two.
template <typename>
inline constexpr bool is_stream_pair = false;
template <typename A, typename B>
inline constexpr bool is_stream_pair<std::pair<A, B>> = is_stream<A> && is_stream<B>;

/// Applies an operator: `stream | op` is `op(stream)`. An operator is a function from stream to
/// stream, and nothing more.
template <Timestamp Time, typename Item, typename Operator>
  requires std::invocable<Operator, Stream<Time, Item>>
auto operator|(Stream<Time, Item> stream, Operator&& op) {
  return std::forward<Operator>(op)(stream);
}

}  // namespace tidemark
