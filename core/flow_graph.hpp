// SPDX-License-Identifier: MIT
//
// The flow graph: a dataflow as its user wrote it, as plain data. All that pictures know of it.
#pragma once

#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

struct RecordType;

/// How batches get from one step to the next.
enum class Contract {
  fused,     ///< in the same push: no queue, no location between the two
  pipeline,  ///< through a queue, at the same worker
  exchange,  ///< to the worker that the record's route names
};

/// A loop of a dataflow, a composite step, or the dataflow itself: what its steps stand in.
struct FlowScope {
  /// What makes it a scope.
  enum class Kind {
    loop,       ///< timestamps have a counter more in it
    composite,  ///< several steps that the user sees as one; of no meaning but that
  };
  std::string name;          ///< of the loop, the composite step or the dataflow
  std::uint32_t parent = 0;  ///< index of the scope around it; the outermost one is its own
  Kind kind = Kind::loop;    ///< of no meaning for the dataflow itself
};

/// A step of a dataflow: what the user drew as one box.
struct FlowNode {
  std::string kind;           ///< the operator, such as "map"
  std::string id{};           ///< the step id or label that the user gave; may be empty
  std::uint32_t inputs = 0;   ///< input ports, numbered from 0
  std::uint32_t outputs = 0;  ///< output ports, numbered from 0
  /// Index of the loop or composite step that it stands in; of a step that leaves a loop: the
  /// outer.
  std::uint32_t scope = 0;
  /// The operator of the frozen progress graph that this step is; nullopt if it has been fused.
  std::optional<OperatorId> op{};
  /// The progress graph's number of this operator's first target; its targets come first, then its
  /// sources. Meaningless for a fused step.
  LocationId first_location{};
  /// For a fused step the output that feeds it: its ports share that output's frontier.
  SourcePort feeder{};

  /// "words" if the user named it, else "map".
  const std::string& label() const { return id.empty() ? kind : id; }
};

/// A stream between two steps.
struct FlowEdge {
  std::uint32_t from = 0;               ///< index of the node it leaves
  std::uint32_t from_port = 0;          ///< output port of that node
  std::uint32_t to = 0;                 ///< index of the node it enters
  std::uint32_t to_port = 0;            ///< input port of that node
  Contract contract = Contract::fused;  ///< how batches pass it
  const RecordType* records = nullptr;  ///< what flows in it; null in a graph drawn by hand
};

/// The logical graph of one dataflow, with what was fused marked in it. Every worker has the same.
struct FlowGraph {
  std::string name;                   ///< of the dataflow
  std::vector<FlowNode> nodes;        ///< in the order of building
  std::vector<FlowEdge> edges;        ///< in the order of building
  std::vector<FlowScope> scopes{{}};  ///< the dataflow itself, then what is in it, outer ones first
};

}  // namespace tidemark
