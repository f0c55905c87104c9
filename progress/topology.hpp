// SPDX-License-Identifier: MIT
//
// The topology: which timestamps at which locations can result in which others.
#pragma once

#include <tidemark/progress/error.hpp>
#include <tidemark/progress/graph_shape.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/operator_ports.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

template <Timestamp T>
class TopologyBuilder;

/// A validated, immutable progress graph. Safe to read from any thread.
template <Timestamp T>
class Topology {
 public:
  using Summary = typename T::Summary;  ///< what an edge does to a timestamp

  /// The graph without the summaries. Its vertices are the locations, by number.
  const FrozenShape& shape() const { return shape_; }
  /// What an edge does, by its number in the shape; a channel does nothing.
  const Summary& summary(std::uint32_t edge) const { return summaries_[edge]; }
  /// What a timestamp at one end of an edge results in at the other.
  std::optional<T> results_in(const T& time, const ShapeEdge& edge) const {
    return edge.identity ? std::optional(time) : summaries_[edge.edge].results_in(time);
  }

  ///@{
  /// In the order of adding: operators by OperatorId.
  std::span<const OperatorPorts<T>> operators() const { return operators_; }
  std::span<const Channel> channels() const { return channels_; }
  ///@}
  /// How many there are: LocationIds are below it.
  std::uint32_t locations() const { return shape_.size(); }

  ///@{
  /// The location of a port. Throws std::out_of_range if there is no such operator; that it has
  /// such a port is not checked.
  LocationId location(TargetPort target) const {
    return {operators_.at(target.op.value).first_location + target.port};
  }
  LocationId location(SourcePort source) const {
    const OperatorPorts<T>& op = operators_.at(source.op.value);
    return {op.first_location + op.inputs + source.port};
  }
  ///@}

  /// The operator whose port a location is.
  OperatorId operator_of(LocationId location) const { return operator_of_[location.value]; }
  /// True for an input, false for an output.
  bool is_target(LocationId location) const {
    const OperatorPorts<T>& op = operators_[operator_of(location).value];
    return location.value - op.first_location < op.inputs;
  }

  /// How many loops a location stands in: counters from there on are 0.
  std::uint32_t depth(LocationId location) const {
    const PortDepths& depths = operators_[operator_of(location).value].depths;
    return is_target(location) ? depths.inputs : depths.outputs;
  }

  /// `words.in0` or `words.out0`.
  std::string describe(LocationId location) const {
    const OperatorPorts<T>& op = operators_[operator_of(location).value];
    const std::uint32_t port = location.value - op.first_location;
    return port < op.inputs ? op.name + ".in" + std::to_string(port)
                            : op.name + ".out" + std::to_string(port - op.inputs);
  }

  /// The first operator in which two graphs differ, by its ports, its connections or the channels
  /// that leave it; nullopt if the graphs are the same.
  friend std::optional<OperatorId> first_difference(const Topology& a, const Topology& b) {
    const auto [op_a, op_b] = std::ranges::mismatch(a.operators_, b.operators_);
    auto difference = static_cast<std::uint32_t>(op_a - a.operators_.begin());
    const std::vector<Channel> channels_a = a.channels_by_operator();
    const std::vector<Channel> channels_b = b.channels_by_operator();
    const auto [at_a, at_b] = std::ranges::mismatch(channels_a, channels_b);
    if (at_a != channels_a.end()) difference = std::min(difference, at_a->from.op.value);
    if (at_b != channels_b.end()) difference = std::min(difference, at_b->from.op.value);
    if (difference == a.operators_.size() && difference == b.operators_.size()) return std::nullopt;
    return OperatorId{difference};
  }

 private:
  friend class TopologyBuilder<T>;

  std::vector<Channel> channels_by_operator() const {
    std::vector<Channel> sorted = channels_;
    std::ranges::stable_sort(sorted, {}, [](const Channel& channel) { return channel.from.op; });
    return sorted;
  }

  FrozenShape shape_;
  std::vector<Summary> summaries_;  // by edge
  std::vector<OperatorPorts<T>> operators_;
  std::vector<Channel> channels_;
  std::vector<OperatorId> operator_of_;  // by location
};

/// A topology under construction.
template <Timestamp T>
class TopologyBuilder {
 public:
  /// Adds an operator in which every input affects every output at the same timestamp.
  OperatorId add_operator(std::string name, std::uint32_t inputs, std::uint32_t outputs) {
    std::vector<Connection<T>> all;
    for (std::uint32_t i = 0; i != inputs; ++i)
      for (std::uint32_t o = 0; o != outputs; ++o) all.push_back({i, o, {}});
    return add_operator(std::move(name), inputs, outputs, std::move(all));
  }

  /// Adds an operator whose ports are joined by `connections` and no others. Throws DataflowError
  /// for a connection that sets or keeps a counter deeper than its output stands or that joins a
  /// port which is not there, and for a depth for which T has no counter.
  OperatorId add_operator(std::string name, std::uint32_t inputs, std::uint32_t outputs,
                          std::vector<Connection<T>> connections, PortDepths depths = {}) {
    if (const std::uint32_t depth = std::max(depths.inputs, depths.outputs);
        depth >= coordinates_of<T>)
      throw DataflowError("operator '" + name + "' stands in " + loops(depth) +
                          ", and the timestamps have only " +
                          std::to_string(coordinates_of<T> - 1) + " loop counters");
    for (const Connection<T>& c : connections) {
      if (c.input >= inputs || c.output >= outputs)
        throw DataflowError("operator '" + name + "' connects input " + std::to_string(c.input) +
                            " to output " + std::to_string(c.output) + ", but has " +
                            std::to_string(inputs) + " inputs and " + std::to_string(outputs) +
                            " outputs");
      if constexpr (requires { c.summary.stays_canonical(0, 0); })
        if (!c.summary.stays_canonical(depths.inputs, depths.outputs))
          throw DataflowError("operator '" + name + "' connects input " + std::to_string(c.input) +
                              " in " + loops(depths.inputs) + " to output " +
                              std::to_string(c.output) + " in " + loops(depths.outputs) +
                              " by a summary that leaves a deeper loop counter other than 0");
    }
    const OperatorId id{static_cast<std::uint32_t>(operators_.size())};
    operators_.push_back(
        {std::move(name), inputs, outputs, std::move(connections), locations_, depths});
    locations_ += inputs + outputs;
    return id;
  }

  /// Adds a channel. Several may leave one source, and several may enter one target. It may lead
  /// into a loop, but not out of one: that takes an operator which resets the loop's counter.
  /// Throws DataflowError for one that does, and for a port which is not there.
  void connect(SourcePort from, TargetPort to) {
    if (from.op.value >= operators_.size() || to.op.value >= operators_.size() ||
        from.port >= operators_[from.op.value].outputs || to.port >= operators_[to.op.value].inputs)
      throw DataflowError("a channel joins a port that does not exist");
    const OperatorPorts<T>& source = operators_[from.op.value];
    const OperatorPorts<T>& target = operators_[to.op.value];
    if (source.depths.outputs > target.depths.inputs)
      throw DataflowError("a channel leads from operator '" + source.name + "' in " +
                          loops(source.depths.outputs) + " to operator '" + target.name + "' in " +
                          loops(target.depths.inputs) + "; leave the loop first");
    channels_.push_back({from, to});
  }

  ///@{
  /// What has been added so far.
  std::span<const OperatorPorts<T>> operators() const { return operators_; }
  std::span<const Channel> channels() const { return channels_; }
  ///@}

  /// Validates and freezes. Throws DataflowError for an input without a channel, and CycleError for
  /// a cycle that does not advance in the lexicographic order, naming the operators. O((locations +
  /// edges) coordinates).
  Topology<T> freeze() && {
    Topology<T> topology;
    topology.operators_ = std::move(operators_);
    topology.channels_ = std::move(channels_);
    check_inputs(topology);

    GraphShape shape(coordinates_of<T>);
    for (std::uint32_t i = 0; i != topology.operators_.size(); ++i) {
      const OperatorPorts<T>& op = topology.operators_[i];
      for (std::uint32_t p = 0; p != op.inputs + op.outputs; ++p) {
        shape.add_vertex();
        topology.operator_of_.push_back({i});
      }
      for (const Connection<T>& c : op.connections) {
        shape.add_edge(op.first_location + c.input, op.first_location + op.inputs + c.output,
                       effect_of(c.summary));
        topology.summaries_.push_back(c.summary);
      }
    }
    for (const Channel& channel : topology.channels_) {
      shape.add_edge(topology.location(channel.from).value, topology.location(channel.to).value,
                     {});
      topology.summaries_.emplace_back();
    }
    auto frozen = shape.freeze();
    if (const auto* cycle = std::get_if<IllegalCycle>(&frozen)) refuse(*cycle, topology);
    topology.shape_ = std::get<FrozenShape>(std::move(frozen));
    return topology;
  }

 private:
  static std::string loops(std::uint32_t depth) {
    return depth == 0 ? "no loop" : "loop depth " + std::to_string(depth);
  }

  static EdgeEffect effect_of(const typename T::Summary& summary) {
    static_assert(coordinates_of<T> <= 64, "a timestamp has at most 64 coordinates");
    EdgeEffect effect{.identity = summary == typename T::Summary{}};
    for (std::uint32_t k = coordinates_of<T>; k-- != 0;) {
      const Effect on = effect_on(summary, k);
      if (on == Effect::advances) effect.advances |= std::uint64_t{1} << k;
      if (on == Effect::resets) effect.resets_from = k;
    }
    return effect;
  }

  [[noreturn]] static void refuse(const IllegalCycle& illegal, const Topology<T>& topology) {
    std::vector<LocationId> cycle;
    std::string text = "the cycle ";
    for (const std::uint32_t vertex : illegal.vertices) {
      cycle.push_back({vertex});
      text += topology.describe({vertex}) + " -> ";
    }
    text += topology.describe(cycle.front()) + " does not advance the timestamp";
    if (illegal.resets == 0) {
      text += "; put a feedback with a step on it";
    } else {
      text += ": it leaves the loop at depth " + std::to_string(illegal.resets) + " at " +
              topology.describe({illegal.resetting}) +
              ", which sets that loop's counter back, and advances nothing outside of it; put a "
              "feedback on it that stands outside that loop";
    }
    throw CycleError(text, std::move(cycle));
  }

  static void check_inputs(const Topology<T>& topology) {
    std::vector<bool> connected(topology.operators_.size() == 0
                                    ? 0
                                    : topology.operators_.back().first_location +
                                          topology.operators_.back().inputs +
                                          topology.operators_.back().outputs);
    for (const Channel& channel : topology.channels_)
      connected[topology.location(channel.to).value] = true;
    for (const OperatorPorts<T>& op : topology.operators_)
      for (std::uint32_t input = 0; input != op.inputs; ++input)
        if (!connected[op.first_location + input])
          throw DataflowError("input " + std::to_string(input) + " of operator '" + op.name +
                              "' is not connected to any stream");
  }

  std::vector<OperatorPorts<T>> operators_;
  std::vector<Channel> channels_;
  std::uint32_t locations_ = 0;
};

}  // namespace tidemark
