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
  std::uint32_t input = 0;        ///< its number among the inputs, from 0
  std::uint32_t output = 0;       ///< its number among the outputs, from 0
  typename T::Summary summary{};  ///< the identity by default: at the same timestamp
  friend bool operator==(const Connection&, const Connection&) = default;
};

/// A channel between operators: carries batches at unchanged timestamps.
struct Channel {
  SourcePort from;  ///< the output that it leaves, which may have others
  TargetPort to;    ///< the input that it enters, which may have others
  friend bool operator==(const Channel&, const Channel&) = default;
};

/// How many loops an operator's ports stand in. They differ where it leaves one.
struct PortDepths {
  std::uint32_t inputs = 0;   ///< of each input; 0: outside all loops
  std::uint32_t outputs = 0;  ///< of each output
  friend bool operator==(const PortDepths&, const PortDepths&) = default;
};

/// An operator as progress tracking sees it.
template <Timestamp T>
struct OperatorPorts {
  std::string name;                        ///< as errors and pictures say it; need not be unique
  std::uint32_t inputs = 0;                ///< the number of its input ports
  std::uint32_t outputs = 0;               ///< the number of its output ports
  std::vector<Connection<T>> connections;  ///< of its inputs with its outputs
  std::uint32_t first_location = 0;        ///< targets first, then sources
  PortDepths depths{};                     ///< those of its ports
  friend bool operator==(const OperatorPorts&, const OperatorPorts&) = default;
};

}  // namespace tidemark
