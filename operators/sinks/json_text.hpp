// SPDX-License-Identifier: MIT
//
// A record as JSON.
#pragma once

#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/field_names.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

/// Something that is no JSON; the message says what would be right.
struct NotJson : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A range of pairs that has each key once, as a std::map of strings.
template <typename Item>
concept JsonObject = RangeLike<Item> && requires(const Item& item) {
  typename Item::mapped_type;
  item.at(item.begin()->first);
  requires std::convertible_to<decltype(item.begin()->first), std::string_view>;
};

template <typename Item>
constexpr bool is_json_writable() {
  const auto all_of = []<typename Tuple, std::size_t... I>(std::type_identity<Tuple>,
                                                           std::index_sequence<I...>) {
    return (is_json_writable<std::remove_cvref_t<std::tuple_element_t<I, Tuple>>>() && ...);
  };
  if constexpr (NumericItem<Item> || std::same_as<Item, char> || std::same_as<Item, EventTime> ||
                std::convertible_to<const Item&, std::string_view> ||
                std::same_as<Item, nlohmann::json>) {
    return true;
  } else if constexpr (MaybeValue<Item>) {
    return is_json_writable<typename Item::value_type>();
  } else if constexpr (TupleLike<Item>) {
    return all_of(std::type_identity<Item>(), std::make_index_sequence<std::tuple_size_v<Item>>());
  } else if constexpr (HasFields<Item>) {
    return all_of(std::type_identity<FieldsOf<Item>>(),
                  std::make_index_sequence<std::tuple_size_v<FieldsOf<Item>>>());
  } else if constexpr (JsonObject<Item>) {
    return is_json_writable<typename Item::mapped_type>();
  } else if constexpr (RangeLike<Item>) {
    return is_json_writable<ElementOf<Item>>();
  } else {
    return std::constructible_from<nlohmann::json, const Item&>;
  }
}

void write_json_string(std::string& to, std::string_view text);
void write_json_value(std::string& to, const nlohmann::json& value, std::size_t depth);
/// Throws NotJson for nan and inf.
void write_json_floating(std::string& to, std::string_view number);
void require_json_depth(std::size_t depth);

}  // namespace detail

/// What write_json can write.
template <typename Item>
concept JsonWritable = detail::is_json_writable<Item>();

/// Appends a record as a JSON value, without line breaks, inside of `depth` others: a number with
/// all its digits (print_item.hpp), a bool as such, text and characters as strings, an event time
/// as a string of ISO 8601, an optional value as itself or null, a map of strings as an object, a
/// pair, a tuple and any other range as an array. A struct that lists its members (`fields`, as for
/// a Codec) is an object if it says what they are called (`names`, an array of std::string_view),
/// and else an array. Of the rest, what nlohmann::json can be made of (`to_json`).
///
/// Throws detail::NotJson for numbers that are not finite, text that is not UTF-8, and values more
/// than 1,000 deep, which JSONLinesInput would refuse.
template <JsonWritable Item>
void write_json(std::string& to, const Item& item, std::size_t depth = 0) {
  const auto write_all = [&](char open, char close, const auto& write_each) {
    detail::require_json_depth(depth + 1);
    to += open;
    const std::size_t begin = to.size();
    write_each([&](const auto& each) { write_json(to, each, depth + 1); },
               [&] {
                 if (to.size() != begin) to += ',';
               });
    to += close;
  };
  const auto write_tuple = [&](const auto& tuple) {
    write_all('[', ']', [&](const auto& write, const auto& separate) {
      std::apply([&](const auto&... each) { ((separate(), write(each)), ...); }, tuple);
    });
  };
  if constexpr (std::same_as<Item, bool>) {
    to += item ? "true" : "false";
  } else if constexpr (std::floating_point<Item>) {
    detail::write_json_floating(to, NumberText(item).view());
  } else if constexpr (NumericItem<Item>) {
    to += NumberText(item).view();
  } else if constexpr (std::same_as<Item, char>) {
    detail::write_json_string(to, {&item, 1});
  } else if constexpr (std::same_as<Item, EventTime>) {
    detail::write_json_string(to, to_iso8601(item));
  } else if constexpr (std::convertible_to<const Item&, std::string_view>) {
    detail::write_json_string(to, item);
  } else if constexpr (std::same_as<Item, nlohmann::json>) {
    detail::write_json_value(to, item, depth);
  } else if constexpr (detail::MaybeValue<Item>) {
    if (item.has_value()) {
      write_json(to, *item, depth);
    } else {
      to += "null";
    }
  } else if constexpr (detail::TupleLike<Item>) {
    write_tuple(item);
  } else if constexpr (detail::HasNames<Item>) {
    write_all('{', '}', [&](const auto& write, const auto& separate) {
      const auto* name = Item::names.begin();
      const auto write_member = [&](const auto& member) {
        separate();
        detail::write_json_string(to, *name++);
        to += ':';
        write(member);
      };
      std::apply([&](const auto&... each) { (write_member(each), ...); }, Item::fields(item));
    });
  } else if constexpr (detail::HasFields<Item>) {
    write_tuple(Item::fields(item));
  } else if constexpr (detail::JsonObject<Item>) {
    write_all('{', '}', [&](const auto& write, const auto& separate) {
      for (const auto& [key, value] : item) {
        separate();
        detail::write_json_string(to, key);
        to += ':';
        write(value);
      }
    });
  } else if constexpr (detail::RangeLike<Item>) {
    write_all('[', ']', [&](const auto& write, const auto& separate) {
      for (const auto& each : item) {
        separate();
        write(static_cast<const detail::ElementOf<Item>&>(each));
      }
    });
  } else {
    detail::write_json_value(to, nlohmann::json(item), depth);
  }
}

}  // namespace tidemark
