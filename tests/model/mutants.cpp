// SPDX-License-Identifier: MIT
#include <tidemark/progress/error.hpp>

#include <tests/model/mutation.hpp>

#include <memory>
#include <utility>

namespace tidemark::model {
namespace {

using Ways = std::vector<std::vector<Id>>;
using Entry = Counts::Entry;

/// What consumers and droppers report comes first, what producers report in a batch of its own.
class SplitBatch final : public Mutation {
  void report(Counts& counts, Id batch, Ways& ways) const override {
    const Id lost = counts.only(batch, [](const Entry& entry) { return entry.count < 0; });
    if (lost != nothing && lost != batch) ways.push_back({lost, counts.minus(batch, lost)});
  }
};

class LoseChange final : public Mutation {
 public:
  explicit LoseChange(int sign) : sign_(sign) {}

 private:
  void report(Counts& counts, Id batch, Ways& ways) const override {
    for (const Entry& entry : Counts::Entries(counts[batch]))
      if (entry.count * sign_ > 0)
        ways.push_back({counts.minus(batch, counts.one(entry.stamp, entry.count))});
  }

  int sign_;
};

class DeliverEarly final : public Mutation {
  void report(Counts&, Id batch, Ways& ways) const override { ways.push_back({nothing, batch}); }
};

class LinkFault final : public Mutation {
 public:
  explicit LinkFault(Arrival way) : way_(way) {}

 private:
  void arrive(const Queue& link, std::vector<Arrival>& ways) const override {
    if (way_.which < link.size()) ways.push_back(way_);
  }

  Arrival way_;
};

class TrustFrontiers final : public Mutation {
  bool trusts_frontiers() const override { return true; }
};

class ForgetOpenBuffers final : public Mutation {
  bool forgets_open_buffers() const override { return true; }
};

class PublishEarly final : public Mutation {
  bool publishes_early() const override { return true; }
};

class BeginEmpty final : public Mutation {
  std::uint32_t faults() const override { return 0; }
  bool begins_empty() const override { return true; }
};

class EventMistake final : public Mutation {
 public:
  explicit EventMistake(EventFault fault) : fault_(fault) {}

 private:
  EventFault event_fault() const override { return fault_; }

  EventFault fault_;
};

/// Its program is what is wrong.
class RightMutation final : public Mutation {
  std::uint32_t faults() const override { return 0; }
};

System system(Program program, Layout layout, Bounds bounds) {
  System made{.name = "mutant",
              .program = std::move(program),
              .layout = layout,
              .policy = std::make_shared<DirectPolicy>(),
              .bounds = bounds};
  made.log = layout.ledgers() != layout.workers;
  return made;
}

/// Two workers that share a ledger.
System shared(Bounds bounds) {
  return system(straight(), {2, 1, false}, bounds);
}
/// Two workers with a ledger each.
System apart(Bounds bounds) {
  return system(straight(), {2, 2, false}, bounds);
}

/// Two workers that share a ledger, and read a part each.
System parts_shared(Bounds bounds) {
  System made = shared(bounds);
  made.parts = {0, 1};
  return made;
}

std::vector<Mutant> made() {
  const auto mutation = []<typename M>(M m) { return std::make_shared<const M>(std::move(m)); };
  using enum Invariant;
  return {
      {"split-batch", "a batch is split in two, and what it takes away comes first",
       mutation(SplitBatch{}), shared({2, 1, 1}), batch_rule, 1, safety, 3},
      {"capability-from-frontier", "a capability is made of a frontier that was observed",
       mutation(TrustFrontiers{}), apart({2, 1, 1}), batch_rule, 2, safety, 4},
      {"lost-decrement", "a -1 is lost", mutation(LoseChange{-1}), shared({1, 1, 1}), record_count,
       1, end, 1},
      {"lost-increment", "a +1 is lost", mutation(LoseChange{+1}), shared({1, 1, 1}), record_count,
       1, no_negative, 3},
      {"batch-doubled", "a link delivers a batch twice", mutation(LinkFault{{.stays = true}}),
       apart({1, 1, 1}), record_count, 2, safety, 3},
      {"batch-dropped", "a link loses a batch", mutation(LinkFault{{.arrives = false}}),
       apart({1, 1, 1}), record_count, 2, safety, 5},
      {"batches-swapped", "a batch overtakes another one of the same sender",
       mutation(LinkFault{{.which = 1}}), apart({2, 1, 1}), justified, 3, safety, 4},
      {"cycle-without-advance", "a cycle does not advance, and validation has been deceived",
       mutation(RightMutation{}), system(idle_loop(), {2, 2, false}, {1, 1, 4}), justified, 6,
       safety, 9},
      {"published-early", "a ledger publishes before it propagates", mutation(PublishEarly{}),
       shared({2, 1, 1}), safety, 2, safety, 2},
      {"delivered-early", "a batch of data is delivered before it is reported",
       mutation(DeliverEarly{}), shared({1, 1, 1}), no_negative, 3, no_negative, 3},
      {"open-buffer", "an open batch of data is counted when it is sent only",
       mutation(ForgetOpenBuffers{}), shared({1, 1, 1}), record_count, 1, safety, 4},
      {"begun-empty", "a ledger begins empty, and workers report what they begin with",
       mutation(BeginEmpty{}), shared({1, 1, 1}), safety, 0, safety, 0},
      {"watermark-before-records", "a part promises of records that it sends in the next epoch",
       mutation(EventMistake{EventFault::promised_ahead}), parts_shared({2, 1, 2}), promise_kept, 3,
       not_late, 7},
      {"watermark-after-downgrade", "a part promises in a batch after that of its capability",
       mutation(EventMistake{EventFault::promised_late}), parts_shared({1, 1, 0}), frontier_decides,
       6, end, 6},
      {"watermark-unasked", "a step goes by a watermark that its frontier has not come to",
       mutation(EventMistake{EventFault::frontier_unasked}), parts_shared({1, 1, 1}),
       frontier_decides, 5, not_late, 8},
      {"closed-early", "a step closes before it takes what it has held back",
       mutation(EventMistake{EventFault::closed_early}), parts_shared({2, 1, 1}), not_late, 8,
       not_late, 8},
  };
}

}  // namespace

std::vector<Invariant> observable() {
  return {Invariant::safety, Invariant::no_negative, Invariant::not_late, Invariant::end};
}

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = made();
  return all;
}

const Mutant& mutant_named(const std::string& name) {
  std::string names;
  for (const Mutant& mutant : mutants()) {
    if (mutant.name == name) return mutant;
    names += (names.empty() ? "" : ", ") + mutant.name;
  }
  throw DataflowError("there is no mutant '" + name + "'; there are " + names);
}

}  // namespace tidemark::model
