// SPDX-License-Identifier: MIT
//
// Random progress graphs: timestamps, summaries and legal topologies drawn from a tape.
#pragma once

#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/topology.hpp>

#include <tests/support.hpp>

#include <cstdint>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::tests {

template <typename T>
struct Draw;

/// Small epochs, and now and then one next to the end of the range.
template <>
struct Draw<Epoch> {
  static Epoch time(Tape& tape) {
    const std::uint32_t value = tape.below(12);
    return value < 10 ? Epoch{value} : Epoch{Epoch::maximum().value - (value - 10)};
  }
  static EpochSummary summary(Tape& tape) { return {tape.below(3)}; }
  static EpochSummary advancing(Tape& tape) { return {1 + tape.below(2)}; }
};

template <typename A, typename B>
struct Draw<Product<A, B>> {
  static Product<A, B> time(Tape& tape) {
    const A first = Draw<A>::time(tape);
    return {first, Draw<B>::time(tape)};
  }
  static ProductSummary<A, B> summary(Tape& tape) {
    const typename A::Summary first = Draw<A>::summary(tape);
    return {first, Draw<B>::summary(tape)};
  }
  static ProductSummary<A, B> advancing(Tape& tape) {
    if (tape.below(2) == 0) return {Draw<A>::advancing(tape), {}};
    return {{}, Draw<B>::advancing(tape)};
  }
};

/// Draws a topology of up to seven operators and the feedbacks between them: fan-in and fan-out,
/// ports that do not affect each other, disconnected parts, loops through a feedback and loops
/// through any operator that advances.
template <Timestamp T>
class TopologyDrawer {
 public:
  static Topology<T> draw(Tape& tape) { return std::move(TopologyDrawer(tape).builder_).freeze(); }

 private:
  explicit TopologyDrawer(Tape& tape) {
    const std::uint32_t operators = 1 + tape.below(7);
    for (std::uint32_t i = 0; i != operators; ++i) {
      const std::uint32_t inputs = i == 0 ? 0 : (1 + tape.below(4)) % 4;
      const std::uint32_t outputs = i == 0 ? 1 + tape.below(2) : (1 + tape.below(4)) % 4;
      std::vector<Connection<T>> connections;
      for (std::uint32_t input = 0; input != inputs; ++input)
        for (std::uint32_t output = 0; output != outputs; ++output) switch (tape.below(5)) {
            case 3:
              break;
            case 4:
              connections.push_back({input, output, Draw<T>::summary(tape)});
              break;
            default:
              connections.push_back({input, output, {}});
          }
      add('n', inputs, outputs, connections);
      for (std::uint32_t input = 0; input != inputs; ++input) targets_.push_back({{i}, input});
      for (std::uint32_t output = 0; output != outputs; ++output) sources_.push_back({{i}, output});
    }
    for (const Target target : targets_)
      for (std::uint32_t channels = 1 + tape.below(6) / 4; channels != 0; --channels)
        connect(sources_[tape.below(sources_.size())], target, tape);
  }

  void add(char letter, std::uint32_t inputs, std::uint32_t outputs,
           const std::vector<Connection<T>>& connections) {
    std::string name = std::to_string(builder_.operators().size());
    name.insert(name.begin(), letter);
    const OperatorId op = builder_.add_operator(name, inputs, outputs, connections);
    for (const Connection<T>& c : connections)
      if (!c.summary.advances()) instant_.push_back({{op, c.input, false}, {op, c.output, true}});
  }

  /// Adds a channel, with a feedback on it if it would close a cycle that does not advance.
  void connect(Source from, Target to, Tape& tape) {
    if (reaches({to.op, to.port, false}, {from.op, from.port, true})) {
      const OperatorId feedback{static_cast<std::uint32_t>(builder_.operators().size())};
      add('f', 1, 1, {{0, 0, Draw<T>::advancing(tape)}});
      builder_.connect(from, Target{feedback, 0});
      from = {feedback, 0};
    }
    builder_.connect(from, to);
    instant_.push_back({{from.op, from.port, true}, {to.op, to.port, false}});
  }

  struct Port {
    OperatorId op;
    std::uint32_t number;
    bool is_output;
    friend bool operator==(const Port&, const Port&) = default;
  };

  /// Whether a path along which no timestamp advances leads from one port to another. Not for the
  /// impatient: walks all paths. There is no cycle on them.
  bool reaches(const Port& from, const Port& to) const {
    if (from == to) return true;
    return std::ranges::any_of(instant_, [&](const std::pair<Port, Port>& edge) {
      return edge.first == from && reaches(edge.second, to);
    });
  }

  TopologyBuilder<T> builder_;
  std::vector<Target> targets_;
  std::vector<Source> sources_;
  std::vector<std::pair<Port, Port>> instant_;  // the edges that do not advance
};

/// The operators and channels of a graph, one to a line.
template <Timestamp T>
std::string to_text(const Topology<T>& topology) {
  std::ostringstream text;
  for (const OperatorPorts<T>& op : topology.operators()) {
    text << "  " << op.name << ": " << op.inputs << " in, " << op.outputs << " out";
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
