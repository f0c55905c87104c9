// SPDX-License-Identifier: MIT
//
// Counterexamples: how it came to a violation, in words, as a trace, and as pictures.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/model/search.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace tidemark::model {

/// A shortest way to a violation, of a model of progress alone.
class Counterexample {
 public:
  /// Requires: `found` has a violation, and comes from `model`.
  Counterexample(Model& model, const Found& found);

  std::size_t steps() const { return steps_.size(); }
  /// What broke, with the names of workers as they are in the steps.
  const Violation& violation() const { return violation_; }

  /// The steps in words, each with what it reports and with the views that it changes.
  std::string text();

  /// The view of the ledger that the violation is about, as it moves on: a run of its own. A step
  /// that changes nothing there is not seen.
  void write_trace(Trace& trace);

  /// Writes two pictures for each state, what the ledger believes and what is true:
  /// 03-believed.svg, 03-true.svg. Throws RenderError.
  void write_pictures(const std::filesystem::path& folder);

 private:
  std::string text_of(const State& state);
  std::string text_of_counts(Id counts);
  std::string text_of_moves(const Frontiers& before, const Frontiers& after);
  /// How many batches a step applies at the ledger that the violation is about.
  std::uint64_t applied_in(std::size_t step) const;
  ProgressSnapshot snapshot(Id counts, const Frontiers& frontiers, std::uint64_t sequence);

  Model* model_;
  Violation violation_;
  std::vector<Step> steps_;
  std::vector<State> states_;  // one more
};

/// The steps of a way in words, each with what it reports and with what moves.
std::string text_of(EventModel& model, const Walk<EventModel>& walk);

/// The dataflow of a system as pictures want it.
FlowGraph flow_graph(const System& system);

}  // namespace tidemark::model
