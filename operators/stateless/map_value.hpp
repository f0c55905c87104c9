// SPDX-License-Identifier: MIT
//
// map_value, filter_value, filter_map_value, flat_map_value: steps on the values of a keyed stream.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/stateless/predicate.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Applies `f` to the value of every (key, value); the key stays.
///
///     prices | map_value([](double euros) { return std::lround(100 * euros); })
template <typename F>
auto map_value(std::string id, F f) {
  return [id, f]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "map_value: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Value = typename Item::second_type;
    static_assert(std::invocable<F&, Value>, "map_value: the function must take a value");
    using Result = std::remove_cvref_t<std::invoke_result_t<F&, Value>>;
    static_assert(!std::is_void_v<Result>, "map_value: the function must return a value");
    return fuse<std::pair<typename Item::first_type, Result>>(
        input, "map_value", id, [f](const T&, auto& records, auto& out) mutable {
          for (auto& [key, value] : records)
            out.give({std::move(key), std::invoke(f, std::move(value))});
        });
  };
}
/// The same without an id.
template <typename F>
auto map_value(F f) {
  return map_value("", std::move(f));
}

/// Keeps each (key, value) for which `predicate(value)` is true.
template <typename F>
auto filter_value(std::string id, F predicate) {
  return [id, predicate]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "filter_value: the stream must be keyed; its records must be std::pair<Key, Value>");
    static_assert(PredicateOn<F, const typename Item::second_type&>,
                  "filter_value: the predicate must take a value and return bool");
    return fuse_in_place(
        input, "filter_value", id, [predicate](const T&, std::vector<Item>& records) mutable {
          std::erase_if(records,
                        [&](const Item& record) { return !std::invoke(predicate, record.second); });
        });
  };
}
/// The same without an id.
template <typename F>
auto filter_value(F predicate) {
  return filter_value("", std::move(predicate));
}

/// Applies `f`, which returns a range, to the value of every (key, value), and sends (key, element)
/// for each of the range's elements, in order. With a std::optional it keeps the results that are
/// there, as filter_map does: filter_map_value is the same step.
///
///     lines_of_files | flat_map_value(split)
template <typename F>
auto flat_map_value(std::string id, F f) {
  return [id, f]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "flat_map_value: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    using Value = typename Item::second_type;
    static_assert(std::invocable<F&, Value>, "flat_map_value: the function must take a value");
    using Range = std::remove_cvref_t<std::invoke_result_t<F&, Value>>;
    constexpr bool is_optional = requires(Range r) { r.has_value(); };
    static_assert(is_optional || std::ranges::input_range<Range>,
                  "flat_map_value: the function must return a range, such as a std::vector, or a "
                  "std::optional");
    if constexpr (is_optional) {
      return fuse<std::pair<Key, typename Range::value_type>>(
          input, "filter_map_value", id, [f](const T&, auto& records, auto& out) mutable {
            for (auto& [key, value] : records)
              if (Range result = std::invoke(f, std::move(value)))
                out.give({std::move(key), *std::move(result)});
          });
    } else {
      return fuse<std::pair<Key, std::ranges::range_value_t<Range>>>(
          input, "flat_map_value", id, [f](const T&, auto& records, auto& out) mutable {
            for (auto& [key, value] : records) {
              Range range = std::invoke(f, std::move(value));
              for (auto&& element : range) out.give({key, element});
            }
          });
    }
  };
}
/// The same without an id.
template <typename F>
auto flat_map_value(F f) {
  return flat_map_value("", std::move(f));
}

/// Another name of flat_map_value, for functions that return a std::optional.
template <typename F>
auto filter_map_value(std::string id, F f) {
  return flat_map_value(std::move(id), std::move(f));
}
/// The same without an id.
template <typename F>
auto filter_map_value(F f) {
  return flat_map_value("", std::move(f));
}

}  // namespace tidemark
