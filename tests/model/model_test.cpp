// SPDX-License-Identifier: MIT
//
// The model checker itself: it counts right, goes the way that it shows, and is quiet about what is
// right.
#include <tests/core/traces.hpp>
#include <tests/model/counterexample.hpp>
#include <tests/support.hpp>

namespace tidemark::model {
namespace {

/// All states, without merging symmetric ones.
std::vector<State> all_states(Model& model) {
  std::optional<Violation> violation;
  std::vector<State> states{model.initial(violation)};
  for (std::size_t i = 0; i != states.size(); ++i) {
    const State state = states[i];
    model.for_each_step(state, [&](const Step&, const State& next, const auto&) {
      if (std::ranges::find(states, next) == states.end()) states.push_back(next);
    });
  }
  return states;
}

/// Reports what a batch adds first, and what it takes away later.
class SplitTheSafeWay final : public Mutation {
  void report(Counts& counts, Id batch, std::vector<std::vector<Id>>& ways) const override {
    const Id added = counts.only(batch, [](const auto& entry) { return entry.count > 0; });
    if (added != nothing && added != batch) ways.push_back({added, counts.minus(batch, added)});
  }
};

}  // namespace

TEST_CASE("one worker that may send one batch has the six states that one finds by hand",
          "[search]") {
  // Capability held or not, times: nothing sent, one batch on its way, one consumed.
  Model model(system_named("straight-1in1"));
  const Found found = search(model);
  CHECK(found.states == 6);
  CHECK(found.transitions == 6);  // of 0: drop, send; of 1: drop, consume; then one each, twice
  CHECK(found.ends == 2);         // with a batch sent, and without
  CHECK(found.depth == 3);
  CHECK_FALSE(found.violation);
}

TEST_CASE("merging symmetric states leaves one of each orbit", "[search]") {
  for (const char* name : {"straight-2in1-tiny", "straight-2in2-tiny", "loop-2in2-tiny"}) {
    INFO(name);
    Model model(system_named(name));
    CHECK(model.symmetry().size() == 2);
    const std::vector<State> states = all_states(model);
    std::set<Bytes> canonical;
    for (const State& state : states) canonical.insert(model.symmetry().canonical(state));
    const Found found = search(model);
    CHECK(found.states == canonical.size());
    CHECK(found.states < states.size());
  }
}

TEST_CASE("a state is the same after it has been written down as bytes", "[state]") {
  Model model(system_named("straight-2in2-coordinator-tiny"));
  REQUIRE(model.symmetry().size() == 1);  // the relay asks the first process's ledger
  for (const State& state : all_states(model)) {
    const Bytes bytes = model.symmetry().canonical(state);
    CHECK(model.symmetry().decode(bytes) == state);
  }
}

TEST_CASE("three equal workers can be renamed in six ways, two processes of one shape in two",
          "[symmetry]") {
  const auto renamings = [](const char* name) {
    Model model(system_named(name));
    return model.symmetry().size();
  };
  CHECK(renamings("straight-3in1") == 6);
  CHECK(renamings("straight-3in3") == 6);
  CHECK(renamings("straight-3in2") == 2);
  CHECK(renamings("straight-3in3-coordinator-on-demand") == 2);
}

TEST_CASE("could-result-in is a strict order in loops, and is none if a cycle does not advance",
          "[pointstamps]") {
  const auto cyclic = [](const Program& program) {
    const Pointstamps all(*program.topology, {2, 2, 1});
    bool found = false;
    for (Stamp a = 0; a != all.size(); ++a)
      for (Stamp b = 0; b != all.size(); ++b) found |= all.before(a, b) && all.before(b, a);
    return found;
  };
  CHECK_FALSE(cyclic(one_loop()));
  CHECK_FALSE(cyclic(nested_loops()));
  CHECK_FALSE(cyclic(loops_in_a_loop()));
  CHECK(cyclic(idle_loop()));
}

TEST_CASE("a counterexample goes from the beginning to the violation, step by step",
          "[counterexample]") {
  for (const Mutant& mutant : mutants()) {
    INFO(mutant.name);
    if (!mutant.system.parts.empty()) continue;
    Model model(mutant.system, mutant.mutation.get());
    const Found found = search(model);
    REQUIRE(found.violation);
    Counterexample counterexample(model, found);
    CHECK(counterexample.steps() == found.steps);
    CHECK(counterexample.violation().invariant == found.violation->invariant);
    CHECK_THAT(counterexample.text(), Catch::Contains("0. at the beginning"));
  }
}

TEST_CASE("the trace of a counterexample ends with the view that breaks the invariant",
          "[counterexample]") {
  const Mutant& mutant = mutant_named("split-batch");
  Model model(mutant.system, mutant.mutation.get());
  model.invariants().check_only(observable());
  Counterexample counterexample(model, search(model));
  Trace trace;
  counterexample.write_trace(trace);
  const TraceFile file = trace.read();
  TraceState state(file, 0);
  const ProgressSnapshot before = state.snapshot();
  CHECK(before.ports[0].name == "input.out0");
  CHECK(before.ports[0].counts.front().count == 2);
  state.advance_to(file.events());
  const ProgressSnapshot last = state.snapshot();
  CHECK(last.ports[0].frontier.empty());  // while a worker holds 1
  CHECK_THAT(counterexample.violation().sentence, Catch::Contains("1 is complete at input.out0"));
}

TEST_CASE("a batch split in two does no harm if what it adds comes first", "[mutants]") {
  for (const char* name : {"straight-2in2-tiny", "loop-2in2-tiny"}) {
    INFO(name);
    const SplitTheSafeWay split;
    Model model(system_named(name), &split);
    model.invariants().check_only(observable());
    const Found found = search(model);
    CHECK(found.complete);
    CHECK_FALSE(found.violation);
  }
}

TEST_CASE("a system that does not exist is refused with the names of those that do", "[systems]") {
  CHECK_THROWS_WITH(system_named("circle"), Catch::Contains("'circle'; there are straight-1in1,"));
  CHECK_THROWS_WITH(mutant_named("cat"), Catch::Contains("'cat'; there are split-batch,"));
}

}  // namespace tidemark::model
