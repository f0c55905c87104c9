// SPDX-License-Identifier: MIT
//
// Operators as progress tracking sees them: ports, connections inside, channels between.
#pragma once

#include <tidemark/progress/location.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// A connection inside an operator: what arrives at `input` may cause output at `output`, at the
/// timestamp that `summary` results in. Ports that no connection joins cannot affect each other.
template <Timestamp T>
struct Connection {
  std::uint32_t input = 0;
  std::uint32_t output = 0;
  typename T::Summary summary{};
  friend bool operator==(const Connection&, const Connection&) = default;
};

/// A channel between operators: carries batches at unchanged timestamps.
struct Channel {
  SourcePort from;
  TargetPort to;
  friend bool operator==(const Channel&, const Channel&) = default;
};

/// How many loops an operator's ports stand in. They differ where it leaves one.
struct PortDepths {
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  friend bool operator==(const PortDepths&, const PortDepths&) = default;
};

/// An operator as progress tracking sees it.
template <Timestamp T>
struct OperatorPorts {
  std::string name;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  std::vector<Connection<T>> connections;
  std::uint32_t first_location = 0;  // targets first, then sources
  PortDepths depths{};
  friend bool operator==(const OperatorPorts&, const OperatorPorts&) = default;
};

}  // namespace tidemark
