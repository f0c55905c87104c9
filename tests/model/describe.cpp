// SPDX-License-Identifier: MIT
//
// Steps in words.
#include <tests/model/model.hpp>

namespace tidemark::model {
namespace {

std::string worker_named(std::uint32_t worker) {
  return "worker " + std::to_string(worker);
}

}  // namespace

std::string Model::describe(const Step& step) {
  const std::string who = worker_named(step.worker);
  const auto at = [&](Stamp stamp) { return pointstamps_.describe(stamp); };
  const auto sends = [&](const Step::Output& output) {
    return at(output.stamp) + " to " +
           (output.to == step.worker ? "itself" : worker_named(output.to));
  };
  const auto link = [&] {
    const Link& l = stations_.links()[step.where];
    return "the link from " + to_string(stations_.routes().station(l.from)) + " to " +
           to_string(stations_.routes().station(l.to));
  };
  switch (step.kind) {
    case Step::Kind::consume: {
      std::string text = who + " consumes a batch of " + at(step.from);
      for (std::uint32_t c = 0; c != step.connections; ++c) {
        const Step::Output& output = step.outputs[c];
        if (output.kind == Step::Output::Kind::keep)
          text += ", keeps a capability for " + at(output.stamp);
        if (output.kind == Step::Output::Kind::send) text += ", sends one of " + sends(output);
      }
      return text;
    }
    case Step::Kind::send:
      return who + " sends a batch of " + sends(step.outputs[0]) +
             " by the capability that it holds for " + at(step.from);
    case Step::Kind::downgrade:
      return who + " moves its capability for " + at(step.from) + " on to " + at(step.to);
    case Step::Kind::drop:
      return who + " drops its capability for " + at(step.from);
    case Step::Kind::duplicate:
      return who + " duplicates its capability for " + at(step.from);
    case Step::Kind::gain:
      return who + " sees a frontier, and makes itself a capability for " + at(step.to);
    case Step::Kind::open:
      return who + " opens a batch of " + sends(step.outputs[0]) + " and does not count it";
    case Step::Kind::flush:
      return who + " sends the open batch of " + sends(step.outputs[0]);
    case Step::Kind::report:
      return who + " reports what it has not yet";
    case Step::Kind::arrive:
      if (!step.arrival.arrives) return link() + " loses a batch";
      if (step.arrival.which != 0) return "a batch overtakes another one on " + link();
      if (step.arrival.stays) return "a batch leaves " + link() + ", and will do so again";
      return "a batch leaves " + link();
    case Step::Kind::gather:
      return to_string(stations_.routes().station(step.where)) + " sends what it has gathered";
    case Step::Kind::combine:
      return "ledger " + std::to_string(step.where) + " applies " +
             (step.how_many == 1 ? "a batch" : std::to_string(step.how_many) + " batches") +
             (step.fault ? " and publishes before it propagates" : ", propagates and publishes");
    case Step::Kind::propagate:
      return "ledger " + std::to_string(step.where) + " propagates and publishes";
  }
  return "";
}

}  // namespace tidemark::model
