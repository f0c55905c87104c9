// SPDX-License-Identifier: MIT
//
// JoinRows: the values of several sides, as rows.
#pragma once

#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/windowing/aggregate.hpp>

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// Rows of one value of each side, nullopt for a side without one. A value is a variant that says
/// by its index which side it is of.
template <typename... Sides>
struct JoinRows {
  using Value = std::variant<Sides...>;             ///< of one side
  using Row = std::tuple<std::optional<Sides>...>;  ///< of one value of each side
  using Rows = std::vector<Row>;                    ///< those of a window
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is the values of each side that stay.
  using Accumulator = std::tuple<std::vector<Sides>...>;
  static constexpr Algebra algebra = Algebra::plain;
  static constexpr bool commutative = false;
  ///@}

  JoinMode mode;  ///< which values stay, and when rows are sent (operators/keyed/join_sides.hpp)

  ///@{
  /// As Aggregate says (aggregate.hpp).
  Accumulator first(Value value, EventTime time) {
    Accumulator sides;
    add(sides, std::move(value), time);
    return sides;
  }
  void add(Accumulator& sides, Value value, EventTime) { insert<0>(sides, value); }
  void combine(Accumulator& sides, const Accumulator& later) { append<0>(sides, later); }
  ///@}

  /// What is sent after a value, before the window closes; nullopt: nothing.
  std::optional<Rows> early(Accumulator& sides) {
    if (mode.emit == JoinEmit::final) return std::nullopt;
    if (mode.emit == JoinEmit::running) return rows(sides);
    if (!std::apply([](const auto&... side) { return (!side.empty() && ...); }, sides))
      return std::nullopt;
    Rows complete = rows(sides);
    sides = {};
    return complete;
  }
  /// What is sent when the window closes; nullopt: nothing, unless `mode.emit` is `final`.
  std::optional<Rows> result(Accumulator&& sides) {
    if (mode.emit != JoinEmit::final) return std::nullopt;
    return rows(sides);
  }

 private:
  template <typename Side, typename Given>
  void put(std::vector<Side>& side, Given&& given) {
    if (mode.insert == JoinInsert::first && !side.empty()) return;
    if (mode.insert == JoinInsert::last) side.clear();
    side.push_back(std::forward<Given>(given));
  }
  template <std::size_t S>
  void insert(Accumulator& sides, Value& value) {
    if constexpr (S != sizeof...(Sides)) {
      if (value.index() != S) return insert<S + 1>(sides, value);
      put(std::get<S>(sides), std::get<S>(std::move(value)));
    }
  }
  template <std::size_t S>
  void append(Accumulator& sides, const Accumulator& later) {
    if constexpr (S != sizeof...(Sides)) {
      for (const auto& value : std::get<S>(later)) put(std::get<S>(sides), value);
      append<S + 1>(sides, later);
    }
  }

  static Rows rows(const Accumulator& sides) {
    Rows all;
    Row row;
    list<0>(sides, row, all);
    return all;
  }
  template <std::size_t S>
  static void list(const Accumulator& sides, Row& row, Rows& all) {
    if constexpr (S == sizeof...(Sides)) {
      all.push_back(row);
    } else {
      const auto& side = std::get<S>(sides);
      std::get<S>(row).reset();
      if (side.empty()) list<S + 1>(sides, row, all);
      for (const auto& value : side) {
        std::get<S>(row) = value;
        list<S + 1>(sides, row, all);
      }
    }
  }
};

}  // namespace tidemark
