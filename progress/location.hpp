// SPDX-License-Identifier: MIT
//
// Locations: where in a dataflow a timestamp can stand.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>

namespace tidemark {

/// An operator of one dataflow, counted in the order of building.
struct OperatorId {
  std::uint32_t value = 0;  ///< 0: the first
  friend constexpr auto operator<=>(const OperatorId&, const OperatorId&) = default;
};

/// An input port of an operator.
struct TargetPort {
  OperatorId op;           ///< whose input it is
  std::uint32_t port = 0;  ///< its number among the inputs, from 0
  friend constexpr auto operator<=>(const TargetPort&, const TargetPort&) = default;
};

/// An output port of an operator.
struct SourcePort {
  OperatorId op;           ///< whose output it is
  std::uint32_t port = 0;  ///< its number among the outputs, from 0
  friend constexpr auto operator<=>(const SourcePort&, const SourcePort&) = default;
};

/// One input or output port of one operator: a vertex of the progress graph. Dense, from 0.
struct LocationId {
  std::uint32_t value = 0;  ///< operator by operator, of each its inputs first
  friend constexpr auto operator<=>(const LocationId&, const LocationId&) = default;
  friend std::ostream& operator<<(std::ostream& out, LocationId id) {
    return out << 'l' << id.value;
  }
};

/// A timestamp at a location. Sorted by location first.
template <typename T>
struct Pointstamp {
  LocationId location;  ///< where a batch waits, or a right to send is held
  T time{};             ///< that of the batch, or from when on may be sent

  friend constexpr auto operator<=>(const Pointstamp&, const Pointstamp&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Pointstamp& p) {
    return out << p.time << '@' << p.location;
  }
};

}  // namespace tidemark
