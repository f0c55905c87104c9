// SPDX-License-Identifier: MIT
//
// Random progress graphs: timestamps, summaries and legal topologies drawn from a tape.
#pragma once

#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/topology.hpp>

#include <tests/tape.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Draws timestamps and summaries. Outside loops all depths and coordinates are 0.
template <typename T>
struct Draw;

/// Small numbers, and now and then one next to the end of the range.
inline std::uint64_t draw_number(Tape& tape, std::uint64_t last) {
  const std::uint32_t value = tape.below(16);
  return value < 14 ? value / 2 : last - (value - 14);
}

template <>
struct Draw<Epoch> {
  static Epoch time(Tape& tape, std::uint32_t /*depth*/) {
    return draw_number(tape, Epoch::maximum().value);
  }
  static EpochSummary summary(Tape& tape, PortDepths /*depths*/) { return {tape.below(3)}; }
  static EpochSummary advancing(Tape& tape, std::uint32_t /*coordinate*/) {
    return {1 + tape.below(2)};
  }
};

template <typename A, typename B>
struct Draw<Product<A, B>> {
  static Product<A, B> time(Tape& tape, std::uint32_t depth) {
    const A first = Draw<A>::time(tape, depth);
    return {first, Draw<B>::time(tape, depth)};
  }
  static ProductSummary<A, B> summary(Tape& tape, PortDepths depths) {
    const typename A::Summary first = Draw<A>::summary(tape, depths);
    return {first, Draw<B>::summary(tape, depths)};
  }
  static ProductSummary<A, B> advancing(Tape& tape, std::uint32_t coordinate) {
    if (tape.below(2) == 0) return {Draw<A>::advancing(tape, coordinate), {}};
    return {{}, Draw<B>::advancing(tape, coordinate)};
  }
};

template <typename T, std::uint32_t Depth>
struct Draw<Nested<T, Depth>> {
  using Summary = NestedSummary<T, Depth>;

  /// One that may stand at a depth: deeper counters are 0.
  static Nested<T, Depth> time(Tape& tape, std::uint32_t depth) {
    Nested<T, Depth> time{Draw<T>::time(tape, 0), {}};
    for (std::uint32_t k = 0; k != depth; ++k)
      time.counters[k] = draw_number(tape, std::numeric_limits<std::uint64_t>::max());
    return time;
  }
  /// Adds to some coordinates, and sets those that it has to, or some more.
  static Summary summary(Tape& tape, PortDepths depths) {
    Summary summary;
    if (tape.below(3) == 2) summary.time = Draw<T>::summary(tape, {});
    for (std::uint32_t k = 0; k != depths.outputs; ++k) summary.counters[k] = tape.below(5) / 2;
    if (depths.inputs > depths.outputs) summary.resets_from = depths.outputs + 1;
    if (depths.outputs != 0 && tape.below(4) == 3)
      summary.resets_from = 1 + tape.below(depths.outputs);
    return summary;
  }
  static Summary advancing(Tape& tape, std::uint32_t coordinate) {
    Summary summary;
    if (coordinate == 0) {
      summary.time = Draw<T>::advancing(tape, 0);
    } else {
      summary.counters[coordinate - 1] = 1 + tape.below(2);
    }
    return summary;
  }
};

/// Draws a topology of up to eleven operators and the feedbacks between them: fan-in and fan-out,
/// ports that do not affect each other, disconnected parts, loops through a feedback and through
/// any operator that advances; for timestamps with loop counters also scopes in scopes, which
/// channels and operators enter and operators leave, and operators that reset any counter.
template <Timestamp T>
class TopologyDrawer {
 public:
  static Topology<T> draw(Tape& tape) {
    TopologyDrawer drawer(tape);
    while (true) try {
        TopologyBuilder<T> builder;
        for (const Operator& op : drawer.operators_)
          builder.add_operator(op.name, op.inputs, op.outputs, op.connections, op.depths);
        for (const Channel& channel : drawer.channels_) builder.connect(channel.from, channel.to);
        return std::move(builder).freeze();
      } catch (const CycleError& error) {
        drawer.mend(error.cycle(), tape);
      }
  }

 private:
  struct Scope {
    std::uint32_t parent = 0, depth = 0;
  };
  struct Operator {
    std::string name;
    std::uint32_t inputs = 0, outputs = 0;
    std::vector<Connection<T>> connections;
    PortDepths depths{};
    std::uint32_t outer = 0;  // the scope of its outputs
  };

  explicit TopologyDrawer(Tape& tape) {
    constexpr std::uint32_t deepest = coordinates_of<T> - 1;
    if (deepest != 0)
      for (std::uint32_t n = tape.below(4); n != 0; --n) {
        const std::uint32_t parent = tape.below(scopes_.size());
        if (scopes_[parent].depth != deepest)
          scopes_.push_back({parent, scopes_[parent].depth + 1});
      }
    const std::uint32_t operators = 1 + (2 + tape.below(11)) % 11;
    std::vector<std::pair<TargetPort, std::uint32_t>> targets;  // with their scopes
    for (std::uint32_t i = 0; i != operators; ++i) {
      constexpr std::uint32_t ports[] = {1, 1, 1, 1, 2, 2, 3, 0};
      const std::uint32_t inputs = i == 0 ? 0 : ports[tape.below(8)];
      const std::uint32_t outputs = i == 0 ? 1 + tape.below(2) : ports[tape.below(8)];
      const std::uint32_t scope = i == 0 ? 0 : tape.below(scopes_.size());
      add('n', inputs, outputs, scope, i == 0 ? scope : scope_behind(scope, tape));
      draw_connections(operators_.back(), tape);
      for (std::uint32_t input = 0; input != inputs; ++input)
        targets.push_back({{{i}, input}, scope});
    }
    for (const auto& [target, scope] : targets)
      for (std::uint32_t channels = 1 + tape.below(6) / 4; channels != 0; --channels)
        channels_.push_back({draw_source(target, scope, tape), target});
  }

  void add(char letter, std::uint32_t inputs, std::uint32_t outputs, std::uint32_t scope,
           std::uint32_t outer) {
    operators_.push_back({letter + std::to_string(operators_.size()),
                          inputs,
                          outputs,
                          {},
                          {scopes_[scope].depth, scopes_[outer].depth},
                          outer});
  }

  /// The scope that an operator's outputs are in: as a rule that of its inputs.
  std::uint32_t scope_behind(std::uint32_t scope, Tape& tape) const {
    switch (tape.below(6)) {
      case 4:
        return scopes_[scope].parent;
      case 5: {
        const std::uint32_t other = tape.below(scopes_.size());
        return contains(other, scope) || scopes_[other].parent == scope ? other : scope;
      }
      default:
        return scope;
    }
  }

  bool contains(std::uint32_t outer, std::uint32_t inner) const {
    while (inner != outer && inner != 0) inner = scopes_[inner].parent;
    return inner == outer;
  }

  static void draw_connections(Operator& op, Tape& tape) {
    const PortDepths depths = op.depths;
    for (std::uint32_t input = 0; input != op.inputs; ++input)
      for (std::uint32_t output = 0; output != op.outputs; ++output) {
        Connection<T> connection{input, output, {}};
        if constexpr (coordinates_of<T> > 1)
          if (depths.inputs > depths.outputs)
            connection.summary = T::Summary::leave(depths.outputs + 1);
        const std::uint32_t kind = tape.below(7);
        if (kind == 6) continue;
        if (kind > 3) connection.summary = Draw<T>::summary(tape, depths);
        op.connections.push_back(connection);
      }
  }

  /// An output in the same scope or one around it: the nearest before the operator, any, or one
  /// from the operator on, which closes a loop.
  SourcePort draw_source(TargetPort target, std::uint32_t scope, Tape& tape) const {
    std::vector<SourcePort> visible;
    std::size_t before = 0;  // of them are before the operator; the first is
    for (std::uint32_t i = 0; i != operators_.size(); ++i)
      if (contains(operators_[i].outer, scope))
        for (std::uint32_t output = 0; output != operators_[i].outputs; ++output) {
          visible.push_back({{i}, output});
          if (i < target.op.value) before = visible.size();
        }
    switch (tape.below(3)) {
      case 1:
        return visible[tape.below(visible.size())];
      case 2:
        if (before != visible.size()) return visible[before + tape.below(visible.size() - before)];
        [[fallthrough]];
      default:
        return visible[before - 1];
    }
  }

  /// Puts a feedback on a channel of a cycle, which makes it legal: one that advances the counter
  /// of the outermost loop that the cycle stays inside and does not reset, or a coordinate before
  /// it.
  void mend(const std::vector<LocationId>& cycle, Tape& tape) {
    std::vector<std::size_t> candidates;
    std::uint32_t coordinate = coordinates_of<T> - 1;
    std::uint32_t first = 0;
    for (std::uint32_t i = 0; i != operators_.size(); ++i) {
      const Operator& op = operators_[i];
      for (const Connection<T>& c : op.connections)
        if (follow(cycle, {first + c.input}, {first + op.inputs + c.output})) {
          coordinate = std::min({coordinate, op.depths.inputs, op.depths.outputs});
          for (std::uint32_t k = coordinate; k != 0; --k)
            if (effect_on(c.summary, k) == Effect::resets) coordinate = k - 1;
        }
      first += op.inputs + op.outputs;
    }
    for (std::size_t i = 0; i != channels_.size(); ++i)
      if (follow(cycle, location(channels_[i].from), location(channels_[i].to)))
        candidates.push_back(i);
    const std::size_t chosen = candidates[tape.below(candidates.size())];
    const OperatorId feedback{static_cast<std::uint32_t>(operators_.size())};
    const std::uint32_t scope = operators_[channels_[chosen].from.op.value].outer;
    add('f', 1, 1, scope, scope);
    if (tape.below(3) == 2) coordinate = tape.below(coordinate + 1);
    operators_.back().connections = {{0, 0, Draw<T>::advancing(tape, coordinate)}};
    channels_.push_back({{feedback, 0}, channels_[chosen].to});
    channels_[chosen].to = {feedback, 0};
  }

  LocationId location(SourcePort source) const {
    return location(TargetPort{source.op, operators_[source.op.value].inputs + source.port});
  }
  LocationId location(TargetPort target) const {
    std::uint32_t location = target.port;
    for (std::uint32_t i = 0; i != target.op.value; ++i)
      location += operators_[i].inputs + operators_[i].outputs;
    return {location};
  }

  static bool follow(const std::vector<LocationId>& cycle, LocationId a, LocationId b) {
    const auto at = std::ranges::find(cycle, a);
    if (at == cycle.end()) return false;
    return (at + 1 == cycle.end() ? cycle.front() : at[1]) == b;
  }

  std::vector<Scope> scopes_{{}};
  std::vector<Operator> operators_;
  std::vector<Channel> channels_;
};

/// The operators and channels of a graph, one to a line.
template <Timestamp T>
std::string to_text(const Topology<T>& topology) {
  std::ostringstream text;
  for (const OperatorPorts<T>& op : topology.operators()) {
    text << "  " << op.name << ": " << op.inputs << " in, " << op.outputs << " out";
    if (op.depths != PortDepths{})
      text << ", depth " << op.depths.inputs << " -> " << op.depths.outputs;
    for (const Connection<T>& c : op.connections)
      text << ", in" << c.input << " -> out" << c.output << ' ' << c.summary;
    text << '\n';
  }
  for (const Channel& channel : topology.channels())
    text << "  " << topology.describe(topology.location(channel.from)) << " -> "
         << topology.describe(topology.location(channel.to)) << '\n';
  return text.str();
}

}  // namespace tidemark::tests
