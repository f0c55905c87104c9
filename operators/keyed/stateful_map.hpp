// SPDX-License-Identifier: MIT
//
// stateful_map: one value in, one value out, with a state for each key.
#pragma once

#include <tidemark/operators/keyed/build_state.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

namespace detail {

/// Makes the state of a key that has none yet.
template <typename State>
struct NoState {
  std::optional<State> operator()() const { return {}; }
};

/// What is told of a state when its key expires; with NoState it is there by then.
template <typename State, typename Builder>
struct ExpiredState {
  using Type = State;
};
template <typename State>
struct ExpiredState<std::optional<State>, NoState<State>> {
  using Type = State;
};

template <typename Item, typename Kept, typename Builder, typename Mapper>
struct StatefulMapLogic {
  using State = Kept;
  using Expired = typename ExpiredState<State, Builder>::Type;
  Builder builder;
  Mapper mapper;

  void on_item(Item item, auto& states, auto& out) {
    auto at = states.find(item.first);
    if (at == states.end()) at = states.emplace(item.first, build_state(builder, item.first)).first;
    auto [state, result] = std::invoke(mapper, std::move(at->second), std::move(item.second));
    if (std::optional<State> next = std::move(state)) {
      at->second = *std::move(next);
    } else {
      states.erase(at);
    }
    out.give({std::move(item.first), std::move(result)});
  }
  void on_expiry(const typename Item::first_type& key, State state, auto& out) {
    if constexpr (std::is_same_v<State, Expired>) {
      out.give({key, std::move(state)});
    } else {
      out.give({key, *std::move(state)});
    }
  }
};

}  // namespace detail

/// Maps the values of a key with a state. A key's state begins as `builder()`, or `builder(key)`.
/// `mapper(state, value)` returns a pair of the new state and what is sent, as (key, result), at
/// the value's timestamp. If the new state is std::nullopt the key is forgotten, and begins anew
/// with its next value. `expiry`: see expire_after.
template <typename Builder, typename Mapper, typename Expiry = NoExpiry>
  requires(!SaysExpiry<Mapper>)
auto stateful_map(std::string id, Builder builder, Mapper mapper, Expiry expiry = {}) {
  const auto step = [id, builder, mapper,
                     expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "stateful_map: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    using Value = typename Item::second_type;
    using State =
        decltype(detail::build_state(std::declval<Builder&>(), std::declval<const Key&>()));
    static_assert(std::invocable<Mapper&, State, Value>,
                  "stateful_map: the mapper must take the state and a value");
    using Result = std::remove_cvref_t<std::invoke_result_t<Mapper&, State, Value>>;
    static_assert(
        requires(Result r) {
          r.first;
          r.second;
        }, "stateful_map: the mapper must return a std::pair of new state and result");
    static_assert(std::convertible_to<typename Result::first_type, std::optional<State>>,
                  "stateful_map: the new state must be a state, an optional one, or std::nullopt");
    using Out = std::pair<Key, typename Result::second_type>;
    return keyed_step<Out>(input, "stateful_map", id,
                           detail::StatefulMapLogic<Item, State, Builder, Mapper>{builder, mapper},
                           expiry);
  };
  return detail::with_expiry(expiry, step);
}

/// The same for a state whose type the step is told, and which begins as std::nullopt:
/// `mapper(state, value)` is given a std::optional<State>.
template <typename State, typename Mapper, typename Expiry = NoExpiry>
auto stateful_map(std::string id, Mapper mapper, Expiry expiry = {}) {
  return stateful_map(
      std::move(id), detail::NoState<State>(),
      [mapper](std::optional<State> state, auto value) mutable {
        auto [next, result] = std::invoke(mapper, std::move(state), std::move(value));
        std::optional<State> kept = std::move(next);
        std::optional<std::optional<State>> outer;
        if (kept) outer = std::move(kept);
        return std::pair(std::move(outer), std::move(result));
      },
      expiry);
}

}  // namespace tidemark
