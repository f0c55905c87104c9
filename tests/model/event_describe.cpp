// SPDX-License-Identifier: MIT
//
// Steps and states of event time in words.
#include <tests/model/event_model.hpp>

namespace tidemark::model {

std::string watermark_named(Number watermark) {
  if (watermark == 0) return "nothing";
  return watermark == after_all ? "the end" : std::to_string(watermark);
}
std::string frontier_named(Number frontier) {
  return frontier == after_all ? "{}" : "{" + std::to_string(frontier) + "}";
}

std::string EventModel::describe(const Step& step) const {
  const std::string who = "worker " + std::to_string(step.worker);
  const std::string part = "part " + std::to_string(step.part);
  const auto record = [&] {
    const Number of = system_.bounds.batches, r = static_cast<Number>(*step.record);
    return "the record stamped " + std::to_string(r % of + 1) + " of part " +
           std::to_string(r / of) + " in epoch " + std::to_string(step.epoch);
  };
  switch (step.kind) {
    case Step::Kind::open:
      return who + " opens its parts";
    case Step::Kind::send:
      return who + " sends " + record();
    case Step::Kind::end:
      return part + (step.epoch == after_all
                         ? " ends"
                         : " ends an epoch, and goes on in " + std::to_string(step.epoch));
    case Step::Kind::report:
      return who + " reports what it has not yet";
    case Step::Kind::see:
      return who + " sees that the frontier of its step is " + frontier_named(step.epoch);
    case Step::Kind::run:
      return "the step at " + who + " runs" + (step.record ? ", and takes " + record() : "");
    case Step::Kind::arrive:
      return "a batch leaves the link from " +
             to_string(routes_->station(links_[step.where].from)) + " to " +
             to_string(routes_->station(links_[step.where].to));
    case Step::Kind::gather:
      return to_string(routes_->station(step.where)) + " sends what it has gathered";
  }
  return "";
}

std::string EventModel::describe_batch(Id id) const {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  for (const auto& [pointstamp, diff] : batches_[id].changes())
    add((diff > 0 ? "+" : "") + std::to_string(diff) + ' ' +
        std::to_string(pointstamp.time.time.value) + " at " +
        system_.program.topology->describe(pointstamp.location));
  for (const auto& [part, through, mark, state] : batches_[id].watermarks()) {
    if (part.part == PartId::whole) continue;
    const std::string who = "part " + std::to_string(part.part);
    const std::string after = " after epoch " + std::to_string(through.time.value);
    if (state == PartState::ended) {
      add(who + " sends nothing" + after);
    } else if (mark == nothing_yet) {
      add(who + " promises nothing yet");
    } else {
      add(who + " sends nothing before " + std::to_string(mark) + after);
    }
  }
  return text;
}

std::string EventModel::describe_moves(const State& before, const State& after) const {
  std::string text;
  for (std::size_t q = 0; q != after.ledgers.size(); ++q)
    if (const Number now = frontier_of(after.ledgers[q]); now != frontier_of(before.ledgers[q]))
      text += "       ledger " + std::to_string(q) + " publishes the frontier " +
              frontier_named(now) + '\n';
  for (std::size_t w = 0; w != after.workers.size(); ++w)
    if (const Number now = after.workers[w].watermark; now != before.workers[w].watermark)
      text += "       the step at worker " + std::to_string(w) + " closes up to " +
              watermark_named(now) + '\n';
  return text;
}

}  // namespace tidemark::model
