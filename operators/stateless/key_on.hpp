// SPDX-License-Identifier: MIT
//
// key_on, key_rm: from records to pairs of a key and a value, and back.
#pragma once

#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Makes a keyed stream: (key(record), record) of every record.
///
///     events | key_on([](const Event& event) { return event.user; })
template <typename F>
auto key_on(std::string id, F key) {
  return [id, key]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        std::invocable<F&, const Item&>,
        "key_on: the function must take the stream's record, by value or const reference");
    using Key = std::remove_cvref_t<std::invoke_result_t<F&, const Item&>>;
    static_assert(KeyedItem<std::pair<Key, Item>>,
                  "key_on: the function must return a hashable key: an integer, an enumeration, a "
                  "string, a pair of keys, or a type with a std::hash");
    return fuse<std::pair<Key, Item>>(input, "key_on", id,
                                      [key](const T&, auto& records, auto& out) mutable {
                                        for (Item& record : records) {
                                          Key of = std::invoke(key, std::as_const(record));
                                          out.give({std::move(of), std::move(record)});
                                        }
                                      });
  };
}

/// The same without an id.
template <typename F>
auto key_on(F key) {
  return key_on("", std::move(key));
}

/// Drops the keys: the value of every pair.
///
///     totals | key_rm()
inline auto key_rm(std::string id = "") {
  return [id]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "key_rm: the stream must be keyed; its records must be std::pair<Key, Value>");
    return fuse<typename Item::second_type>(input, "key_rm", id,
                                            [](const T&, auto& records, auto& out) {
                                              for (auto& [key, value] : records)
                                                out.give(std::move(value));
                                            });
  };
}

}  // namespace tidemark
