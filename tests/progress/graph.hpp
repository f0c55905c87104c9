// SPDX-License-Identifier: MIT
//
// Graphs by name: for tests that are worked out by hand.
#pragma once

#include <tidemark/progress/topology.hpp>
#include <tidemark/progress/tracker.hpp>

#include <tests/support.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// A graph by name: operators and channels in one place, frontiers by `words.out0`.
template <Timestamp T>
class Graph {
 public:
  /// An operator with the same summary between all its ports.
  OperatorId add(std::string name, std::uint32_t inputs, std::uint32_t outputs,
                 typename T::Summary summary = {}, PortDepths depths = {}) {
    std::vector<Connection<T>> all;
    for (std::uint32_t i = 0; i != inputs; ++i)
      for (std::uint32_t o = 0; o != outputs; ++o) all.push_back({i, o, summary});
    return builder_.add_operator(std::move(name), inputs, outputs, all, depths);
  }
  OperatorId add_at(std::uint32_t depth, std::string name, std::uint32_t inputs,
                    std::uint32_t outputs, typename T::Summary summary = {}) {
    return add(std::move(name), inputs, outputs, summary, {depth, depth});
  }
  /// An operator that leaves the loop at `depth`.
  OperatorId leave(std::uint32_t depth, std::string name) {
    return add(std::move(name), 1, 1, T::Summary::leave(depth), {depth, depth - 1});
  }
  void connect(OperatorId from, OperatorId to, std::uint32_t input = 0) {
    builder_.connect(SourcePort{from, 0}, TargetPort{to, input});
  }
  Topology<T> freeze() && { return std::move(builder_).freeze(); }
  template <template <typename> typename Sites = AllSites>
  Tracker<T, Sites> track() && {
    return Tracker<T, Sites>(std::make_shared<const Topology<T>>(std::move(builder_).freeze()));
  }

 private:
  TopologyBuilder<T> builder_;
};

template <Timestamp T>
LocationId at(const Topology<T>& topology, const std::string& name) {
  for (std::uint32_t l = 0; l != topology.locations(); ++l)
    if (topology.describe({l}) == name) return {l};
  FAIL("there is no location " << name);
  return {};
}
template <Timestamp T, template <typename> typename Sites>
LocationId at(const Tracker<T, Sites>& tracker, const std::string& name) {
  return at(tracker.topology(), name);
}

/// Changes one count and propagates; returns how many locations were visited for it.
template <Timestamp T, template <typename> typename Sites>
std::uint64_t change(Tracker<T, Sites>& tracker, const std::string& name,
                     const std::type_identity_t<T>& time, std::int64_t diff) {
  const std::uint64_t before = tracker.visits();
  tracker.update({at(tracker, name), time}, diff);
  tracker.propagate([](auto&&...) {});
  return tracker.visits() - before;
}

template <Timestamp T, template <typename> typename Sites>
const Antichain<T>& frontier(const Tracker<T, Sites>& tracker, const std::string& name) {
  return tracker.frontier(at(tracker, name));
}

/// input -> step0 -> step1 -> ... , each of which adds `advance`.
template <Timestamp T>
Graph<T> chain(int steps, const typename T::Summary& advance = {}) {
  Graph<T> graph;
  OperatorId last = graph.add("input", 0, 1);
  for (int i = 0; i != steps; ++i) {
    const OperatorId next = graph.add("step" + std::to_string(i), 1, 1, advance);
    graph.connect(last, next);
    last = next;
  }
  return graph;
}

/// input -> body -> output, and from the body through a feedback back into it.
template <Timestamp T>
Graph<T> loop(const typename T::Summary& step) {
  Graph<T> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add("body", 2, 1);
  const OperatorId feedback = graph.add("feedback", 1, 1, step);
  const OperatorId output = graph.add("output", 1, 0);
  graph.connect(input, body, 0);
  graph.connect(body, feedback);
  graph.connect(feedback, body, 1);
  graph.connect(body, output);
  return graph;
}

}  // namespace tidemark::tests
