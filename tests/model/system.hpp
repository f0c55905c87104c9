// SPDX-License-Identifier: MIT
//
// Systems: what is explored. A small dataflow, workers, a progress policy, and bounds.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/progress/policy.hpp>
#include <tidemark/progress/topology.hpp>

#include <tests/model/time.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemark::model {

inline constexpr std::uint32_t max_workers = 3;

/// A dataflow: its graph, and which of its channels are exchanges. The others are pipelines, which
/// stay at their worker. Operators without inputs are inputs of the dataflow: each worker begins
/// with the right to send at the minimum there.
struct Program {
  std::shared_ptr<const Topology<Time>> topology;
  std::vector<bool> exchanges;            ///< by channel
  std::vector<FlowScope> scopes{{}};      ///< for pictures: the dataflow itself, then its loops
  std::vector<std::uint32_t> scope_of{};  ///< by operator
};

/// What makes a system finite.
struct Bounds {
  std::uint32_t epochs = 1;   ///< timestamps have an epoch below this,
  std::uint32_t rounds = 1;   ///< and loop counters below this
  std::uint32_t batches = 1;  ///< how many batches of data are sent, and capabilities duplicated
};

struct System {
  std::string name;
  std::string group;  ///< those of one group are checked by one test
  Program program;
  Layout layout;
  std::shared_ptr<const ProgressPolicy> policy;
  Bounds bounds;
  /// Whether what comes to a ledger waits in its log until somebody combines, as in the shared
  /// ledger. Else it is applied when it comes, which is right where one worker has the ledger.
  bool log = true;
  /// How many gathered batches the policy tells apart: with more of them it does as with so many.
  std::uint32_t told_apart = 1;
  /// Whether capabilities are also duplicated, at their own timestamp.
  bool duplicates = false;
  /// The worker that reads each part of a source whose event times are read. Empty: there is none,
  /// and operators do all that they may. Else each part has so many records as there may be
  /// batches.
  std::vector<std::uint32_t> parts{};
};

// The programs, in programs.cpp.

/// input -> sink
Program straight();
/// input -> step -> sink
Program two_steps();
/// input -> branch -> small, large: two outputs
Program branch();
/// input -> body -> leave; body -> feedback -> body
Program one_loop();
/// input -> body -> feedback -> body, where the feedback says that it advances, and does not.
Program idle_loop();
/// A loop in a loop: input -> head -> body -> feedback -> body; body -> leave -> feedback -> head.
Program nested_loops();
/// Two loops beside each other in a loop.
Program loops_in_a_loop();

/// The built-in systems, in systems.cpp.
const std::vector<System>& systems();
/// Throws DataflowError, listing the names, if there is none.
const System& system_named(const std::string& name);

}  // namespace tidemark::model
