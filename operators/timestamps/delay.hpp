// SPDX-License-Identifier: MIT
//
// delay, delay_batch: records at later timestamps.
#pragma once

#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// Moves records to later timestamps: `put(batch, at)` puts each into `at(time)`, a vector.
template <Timestamp T, typename Item, typename Put>
Stream<T, Item> delay_by(const Stream<T, Item>& input, std::string kind, std::string id, Put put) {
  return unary_due<Item>(
      input, Pipeline{}, std::move(kind), std::move(id),
      [put, open = OpenTimes<T, std::vector<Item>>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          put(batch, [&](const T& time) -> auto& { return open.at(batch, out, time); });
        });
        open.release([&](const auto& at, auto& records) { out.at(at).give_all(records); },
                     in.frontier());
      },
      {Keeps::unsaved, "send each record in the epoch in which it comes"});
}

}  // namespace detail

/// Moves every record to the timestamp `f(time, record)`, and sends it when that is complete: when
/// nothing at it, or before it, can come any more. A timestamp that is not at or after `time` ends
/// the run with a StepError. What waits is not saved, so a run with a StateStore refuses the step.
///
///     numbers | delay([](Epoch time, int) { return time.value + 1; })
template <typename F>
auto delay(std::string id, F f) {
  return [id, f]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::is_invocable_r_v<T, F&, const T&, const Item&>,
                  "delay: the function must take a timestamp and the stream's record and return a "
                  "timestamp");
    return detail::delay_by(input, "delay", id, [f](auto& batch, auto at) mutable {
      for (Item& record : batch)
        at(std::invoke(f, batch.time, std::as_const(record))).push_back(std::move(record));
    });
  };
}

/// The same without an id.
template <typename F>
auto delay(F f) {
  return delay("", std::move(f));
}

/// Moves all records of a batch to the timestamp `f(time)`; otherwise like delay.
///
///     numbers | delay_batch([](Epoch time) { return time.value / 10 * 10 + 9; })
template <typename F>
auto delay_batch(std::string id, F f) {
  return [id, f]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::is_invocable_r_v<T, F&, const T&>,
                  "delay_batch: the function must take a timestamp and return a timestamp");
    return detail::delay_by(input, "delay_batch", id, [f](auto& batch, auto at) mutable {
      std::vector<Item>& records = at(std::invoke(f, batch.time));
      for (Item& record : batch) records.push_back(std::move(record));
    });
  };
}

/// The same without an id.
template <typename F>
auto delay_batch(F f) {
  return delay_batch("", std::move(f));
}

}  // namespace tidemark
