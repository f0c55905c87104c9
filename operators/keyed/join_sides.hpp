// SPDX-License-Identifier: MIT
//
// join of any number of keyed streams, with a row for each key: what goes into it, and when it is
// sent.
#pragma once

#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/routing/merge.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// Which values of a side go into the row of a key.
enum class JoinInsert {
  first,    ///< the first value
  last,     ///< the last value
  product,  ///< every value, in a row with each of the other sides'
};

/// When the row of a key is sent.
enum class JoinEmit {
  complete,  ///< as soon as every side has a value; then the key is forgotten
  final,     ///< at the end of input, with what is missing as std::nullopt
  running,   ///< whenever it has changed; it is kept for ever
};

/// How the sides of a join become rows.
struct JoinMode {
  JoinInsert insert = JoinInsert::last;  ///< what goes into a row
  JoinEmit emit = JoinEmit::complete;    ///< when a row is sent
};

namespace detail {

template <typename Key, typename... Values>
struct JoinLogic {
  using State = std::tuple<std::vector<Values>...>;
  using Row = std::tuple<std::optional<Values>...>;
  using Item = std::pair<Key, std::variant<std::monostate, Values...>>;
  using Sides = std::index_sequence_for<Values...>;
  using Expired = Row;
  JoinMode mode;

  void on_item(Item item, auto& states, auto& out) {
    State& state = states.try_emplace(item.first).first->second;
    const bool changed = insert(state, item.second, Sides());
    if (mode.emit == JoinEmit::final || !changed) return;
    if (mode.emit == JoinEmit::complete) {
      const bool complete =
          std::apply([](const auto&... sides) { return (!sides.empty() && ...); }, state);
      if (!complete) return;
    }
    Row row;
    give_rows<0>(item.first, state, row, out);
    if (mode.emit == JoinEmit::complete) states.erase(item.first);
  }
  void on_eof(const Key& key, auto& states, auto& out) {
    if (mode.emit != JoinEmit::final) return;
    Row row;
    give_rows<0>(key, states.find(key)->second, row, out);
    states.erase(key);
  }
  void on_expiry(const Key& key, const State& state, auto& out) {
    Row row;
    give_rows<0>(key, state, row, out);
  }

 private:
  /// True if the row has changed.
  template <std::size_t... Side>
  bool insert(State& state, auto& value, std::index_sequence<Side...>) {
    bool changed = false;
    const auto into = [&](auto& side, auto& given) {
      if (mode.insert == JoinInsert::first && !side.empty()) return;
      if (mode.insert == JoinInsert::last) side.clear();
      side.push_back(std::move(given));
      changed = true;
    };
    ((value.index() == Side + 1 ? into(std::get<Side>(state), std::get<Side + 1>(value)) : void()),
     ...);
    return changed;
  }

  template <std::size_t Side>
  void give_rows(const Key& key, const State& state, Row& row, auto& out) {
    if constexpr (Side == sizeof...(Values)) {
      out.give({key, row});
    } else {
      const auto& values = std::get<Side>(state);
      std::get<Side>(row).reset();
      if (values.empty()) give_rows<Side + 1>(key, state, row, out);
      for (const auto& value : values) {
        std::get<Side>(row) = value;
        give_rows<Side + 1>(key, state, row, out);
      }
    }
  }
};

/// Tells the sides apart, for they go through one queue.
template <std::size_t Side, typename Logic, Timestamp T, typename Item>
Stream<T, typename Logic::Item> tell_side(const Stream<T, Item>& stream) {
  using Tagged = typename Logic::Item;
  return fuse<Tagged>(stream, "side", "", [](const T&, auto& records, auto& out) {
    for (auto& [key, value] : records)
      out.give({std::move(key),
                typename Tagged::second_type(std::in_place_index<Side + 1>, std::move(value))});
  });
}

template <typename First, typename... Others>
inline constexpr bool same_keys =
    (std::is_same_v<typename First::first_type, typename Others::first_type> && ...);

template <Timestamp T, typename Expiry, typename First, typename... Others>
auto join_rows(std::string id, JoinMode mode, const Expiry& expiry, const Stream<T, First>& first,
               const Stream<T, Others>&... others) {
  static_assert(sizeof...(Others) > 0, "join: there must be at least two streams to join");
  static_assert(KeyedItem<First> && (KeyedItem<Others> && ...),
                "join: all streams must be keyed; their records must be std::pair<Key, Value>");
  static_assert(same_keys<First, Others...>, "join: all streams must have the same type of key");
  using Key = typename First::first_type;
  using Logic = JoinLogic<Key, typename First::second_type, typename Others::second_type...>;
  const auto merged = [&]<std::size_t... Side>(std::index_sequence<Side...>) {
    return merge(tell_side<0, Logic>(first), tell_side<Side + 1, Logic>(others)...);
  }(std::index_sequence_for<Others...>());
  return keyed_step<std::pair<Key, typename Logic::Row>>(
      merged, "join", std::move(id), Logic{mode},
      expiry.template of_sides<typename First::second_type, typename Others::second_type...>());
}

}  // namespace detail

/// Joins the values of a key from two or more keyed streams into rows: sends (key, row), where the
/// row is a std::tuple with a std::optional of each side's type of value. Values are inserted in
/// the order of epochs and, within one, of arrival; `mode` says which stay and when rows are sent.
///
///     join("profiles", {.emit = JoinEmit::running}, names, emails)
///
/// Cost: what a row holds is kept for each key, for `running` until the dataflow ends, or the key
/// expires.
template <Timestamp T, typename First, typename... Others>
auto join(std::string id, JoinMode mode, Stream<T, First> first, Stream<T, Others>... others) {
  return detail::join_rows(std::move(id), mode, NoExpiry(), first, others...);
}

/// The same in a blueprint.
template <typename First, typename... Others>
auto join(std::string id, JoinMode mode, FlowStream<First> first, FlowStream<Others>... others) {
  return first.flow->apply([id, mode](auto... sides) { return join(id, mode, sides...); }, first,
                           others...);
}

/// The same with keys that expire: `expiry` is an expire_after, which says what that means.
template <SaysExpiry Expiry, Timestamp T, typename First, typename... Others>
auto join(std::string id, JoinMode mode, Expiry expiry, Stream<T, First> first,
          Stream<T, Others>... others) {
  return Expiry::expiring(detail::join_rows(std::move(id), mode, expiry, first, others...));
}
/// The same in a blueprint.
template <SaysExpiry Expiry, typename First, typename... Others>
auto join(std::string id, JoinMode mode, Expiry expiry, FlowStream<First> first,
          FlowStream<Others>... others) {
  const auto step = [id, mode, expiry](auto... sides) {
    return detail::join_rows(id, mode, expiry, sides...);
  };
  return Expiry::expiring(first.flow->apply(step, first, others...));
}

}  // namespace tidemark
