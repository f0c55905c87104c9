// SPDX-License-Identifier: MIT
//
// How the results of windows, and notices about them, leave a step.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/windowing/window_work.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace tidemark::detail {

template <typename>
struct ResultIn {};
template <typename R>
  requires(!is_optional<R>)
struct ResultIn<R> {
  using type = R;
};
template <typename R>
struct ResultIn<std::optional<R>> {
  using type = R;
};
/// What a step sends of an aggregate's results: of a std::optional, what is in it.
template <typename A>
using SentOf = typename ResultIn<ResultOf<A>>::type;

/// Where the results of one key go: `emit(window, accumulator)` for a window that has closed,
/// `emit(result)` for what comes early.
template <Timestamp T, typename Key, typename Value, typename Work>
struct WindowResults {
  using Sent = SentOf<typename Work::Aggregate>;
  using Out = std::pair<Key, Sent>;
  using NoticeOut = std::pair<Key, Notice<Value>>;

  Work& work;
  const Wanted& wanted;
  const Key& key;
  Emitter<T, Out>& out;
  Emitter<T, NoticeOut>* notices;  // null if nobody wants any

  void operator()(const typename Work::Windower::Window& window,
                  typename Work::Accumulator&& accumulator) {
    ++work.tally.windows;
    auto result = work.aggregate.result(std::move(accumulator));
    if constexpr (is_optional<decltype(result)>) {
      if (result) out.give({key, *std::move(result)});
    } else {
      out.give({key, std::move(result)});
    }
    if (wanted.windows) notices->give({key, Notice<Value>(work.windower.info(window))});
  }
  void operator()(Sent&& result) { out.give({key, std::move(result)}); }
  void late(Value value, const EventTime& time, const EventTime& watermark) {
    if (wanted.late)
      notices->give({key, Notice<Value>(Late<Value>{std::move(value), time, watermark})});
  }
};

}  // namespace tidemark::detail
