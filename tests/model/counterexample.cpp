// SPDX-License-Identifier: MIT
#include <tidemark/core/text.hpp>

#include <tests/model/counterexample.hpp>

#include <utility>

namespace tidemark::model {

Counterexample::Counterexample(Model& model, const Found& found) : model_(&model) {
  auto [violation, steps, states] = walk(model, found);
  violation_ = std::move(violation);
  steps_ = std::move(steps);
  states_ = std::move(states);
}

std::string Counterexample::text() {
  std::string text = "  0. at the beginning\n" + text_of(states_.front());
  for (std::size_t i = 0; i != steps_.size(); ++i) {
    const Step& step = steps_[i];
    const State& before = states_[i];
    const State& after = states_[i + 1];
    text += "  " + std::to_string(i + 1) + ". " + model_->describe(step) +
            (step.fault ? "   <- the fault" : "") + '\n';
    const bool reports = step.kind < Step::Kind::report;
    if (step.batch != nothing)
      text += std::string("       ") + (reports ? "to report: " : "the batch: ") +
              model_->counts().describe(step.batch) + '\n';
    for (std::uint32_t q = 0; q != after.ledgers.size(); ++q) {
      if (before.ledgers[q].view == after.ledgers[q].view &&
          before.ledgers[q].unpropagated == after.ledgers[q].unpropagated)
        continue;
      text += "       ledger " + std::to_string(q) + " counts " +
              text_of_counts(after.ledgers[q].view) + "; its frontiers: " +
              text_of_moves(model_->invariants().published(before.ledgers[q]),
                            model_->invariants().published(after.ledgers[q])) +
              '\n';
    }
  }
  return text + "  There is then:\n" + text_of(states_.back());
}

std::string Counterexample::text_of(const State& state) {
  std::string text;
  for (std::uint32_t w = 0; w != state.workers.size(); ++w) {
    const WorkerState& worker = state.workers[w];
    text += "       worker " + std::to_string(w) + " holds " + text_of_counts(worker.held) +
            "; batches for it: " + text_of_counts(worker.data) + '\n';
  }
  for (std::uint32_t q = 0; q != state.ledgers.size(); ++q)
    text += "       ledger " + std::to_string(q) + " counts " +
            text_of_counts(state.ledgers[q].view) + "; on its way there: " +
            model_->counts().describe(model_->invariants().on_the_way(state, q)) + '\n';
  return text;
}

std::string Counterexample::text_of_counts(Id counts) {
  std::string text;
  for (const auto& [stamp, count] : model_->counts()[counts])
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " +
            model_->pointstamps().describe(stamp);
  return text.empty() ? "nothing" : text;
}

std::string Counterexample::text_of_moves(const Frontiers& before, const Frontiers& after) {
  std::string text;
  for (std::uint32_t l = 0; l != after.size(); ++l) {
    if (before[l] == after[l]) continue;
    text += (text.empty() ? "" : ", ") + model_->topology().describe({l}) + " {";
    const char* separator = "";
    for (const Time& time : after[l]) {
      text += separator + to_text(time, model_->topology().depth({l}));
      separator = ", ";
    }
    text += "}";
  }
  return text.empty() ? "as before" : text;
}

std::string text_of(EventModel& model, const Walk<EventModel>& walk) {
  std::string text = "  0. at the beginning\n";
  for (std::size_t i = 0; i != walk.steps.size(); ++i) {
    const EventModel::Step& step = walk.steps[i];
    text += "  " + std::to_string(i + 1) + ". " + model.describe(step) +
            (step.fault ? "   <- the fault" : "") + '\n';
    if (step.batch != nothing)
      text += std::string("       ") +
              (step.kind < EventModel::Step::Kind::arrive ? "to report: " : "the batch: ") +
              model.describe_batch(step.batch) + '\n';
    text += model.describe_moves(walk.states[i], walk.states[i + 1]);
  }
  return text;
}

}  // namespace tidemark::model
