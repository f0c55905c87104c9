// SPDX-License-Identifier: MIT
//
// Counterexamples as traces and as pictures.
#include <tidemark/core/text.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <tests/model/counterexample.hpp>

#include <deque>

namespace tidemark::model {

FlowGraph flow_graph(const System& system) {
  const Topology<Time>& topology = *system.program.topology;
  FlowGraph graph{.name = system.name, .scopes = system.program.scopes};
  for (std::uint32_t i = 0; i != topology.operators().size(); ++i) {
    const OperatorPorts<Time>& op = topology.operators()[i];
    graph.nodes.push_back({.kind = op.name,
                           .inputs = op.inputs,
                           .outputs = op.outputs,
                           .scope = system.program.scope_of[i],
                           .op = OperatorId{i},
                           .first_location = {op.first_location}});
  }
  for (std::size_t c = 0; c != topology.channels().size(); ++c) {
    const Channel& channel = topology.channels()[c];
    graph.edges.push_back({channel.from.op.value, channel.from.port, channel.to.op.value,
                           channel.to.port,
                           system.program.exchanges[c] ? Contract::exchange : Contract::pipeline});
  }
  return graph;
}

ProgressSnapshot Counterexample::snapshot(Id counts, const Frontiers& frontiers,
                                          std::uint64_t sequence) {
  const Topology<Time>& topology = model_->topology();
  ProgressSnapshot snapshot{.sequence = sequence};
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    PortProgress& port = snapshot.ports.emplace_back();
    port.name = topology.describe({l});
    port.is_target = topology.is_target({l});
    for (const Time& time : frontiers[l])
      port.frontier.push_back(to_text(time, topology.depth({l})));
  }
  for (const auto& [stamp, count] : model_->counts()[counts]) {
    const auto& [location, time] = model_->pointstamps()[stamp];
    snapshot.ports[location.value].counts.push_back(
        {to_text(time, topology.depth(location)), count});
  }
  return snapshot;
}

std::uint64_t Counterexample::applied_in(std::size_t step) const {
  const std::uint32_t q = violation_.ledger;
  if (steps_[step].kind == Step::Kind::combine)
    return steps_[step].where == q ? steps_[step].how_many : 0;
  return states_[step].ledgers[q].view != states_[step + 1].ledgers[q].view;
}

void Counterexample::write_trace(Trace& trace) {
  const Topology<Time>& topology = model_->topology();
  const std::uint32_t q = violation_.ledger;
  const LedgerState& begin = states_.front().ledgers[q];
  std::vector<TracedDataflow::Initial> initial;
  for (const auto& [stamp, count] : model_->counts()[begin.view])
    initial.push_back({model_->pointstamps()[stamp].location, count});
  trace.begin({.program = "model-check",
               .workers = model_->system().layout.workers,
               .executor = "model",
               .has_virtual_time = true},
              [] { return 0; });
  trace.add(traced(flow_graph(model_->system()), topology, 1, std::move(initial), "Time"));
  std::deque<std::uint32_t> reporters;  // of what is in the log
  const auto applied = [&](Id batch, std::uint32_t worker) {
    TraceEvent event{.kind = TraceEvent::Kind::batch, .worker = worker};
    for (const auto& [stamp, count] : model_->counts()[batch]) {
      const auto& [location, time] = model_->pointstamps()[stamp];
      event.changes.push_back({location.value, coordinates(time), count});
    }
    trace.record(std::move(event));
  };
  for (std::size_t i = 0; i != steps_.size(); ++i) {
    const Step& step = steps_[i];
    const LedgerState& before = states_[i].ledgers[q];
    const LedgerState& after = states_[i + 1].ledgers[q];
    const bool acts = step.kind <= Step::Kind::report;
    std::uint32_t worker = step.worker;
    if (step.kind == Step::Kind::arrive) {
      const Station from =
          model_->stations().routes().station(model_->stations().links()[step.where].from);
      worker = from.kind == Station::Kind::worker ? from.index : 0;
    }
    if (acts && step.kind != Step::Kind::report) {
      const Stamp at = step.kind == Step::Kind::gain ? step.to : step.from;
      const OperatorId op = topology.operator_of(model_->pointstamps()[at].location);
      for (const auto kind : {TraceEvent::Kind::start, TraceEvent::Kind::stop})
        trace.record({.kind = kind, .worker = worker, .subject = op.value});
    }
    const bool combines = step.kind == Step::Kind::combine && step.where == q;
    if (combines) {
      for (std::size_t n = 0; n != step.how_many; ++n) {
        applied(before.log[n], reporters.empty() ? 0 : reporters.front());
        if (!reporters.empty()) reporters.pop_front();
      }
    } else if (after.log.size() > before.log.size()) {
      reporters.push_back(worker);
    } else if (applied_in(i) != 0) {
      applied(model_->counts().minus(after.view, before.view), worker);
    }
    const Frontiers& old = model_->invariants().published(before);
    const Frontiers& now = model_->invariants().published(after);
    for (std::uint32_t l = 0; l != topology.locations(); ++l) {
      if (old[l] == now[l]) continue;
      TraceEvent event{.kind = TraceEvent::Kind::frontier, .subject = l};
      for (const Time& time : now[l]) event.frontier.push_back(coordinates(time));
      trace.record(std::move(event));
    }
  }
  trace.end(violation_.sentence);
}

void Counterexample::write_pictures(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::string ledger = "ledger " + std::to_string(violation_.ledger);
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i != states_.size(); ++i) {
    if (i != 0) sequence += applied_in(i - 1);
    const LedgerState& believed = states_[i].ledgers[violation_.ledger];
    const Id truth = model_->invariants().truth(states_[i]);
    const std::string what = i == 0 ? "at the beginning" : model_->describe(steps_[i - 1]);
    const std::string number = (i < 10 ? "0" : "") + std::to_string(i);
    FlowGraph graph = flow_graph(model_->system());
    graph.name = number + ", as " + ledger + " has it: " + what;
    write_picture(
        folder / (number + "-believed.svg"),
        to_dot(graph, snapshot(believed.view, model_->invariants().published(believed), sequence)));
    graph.name = number + ", as it is: " + what;
    write_picture(folder / (number + "-true.svg"),
                  to_dot(graph, snapshot(truth, model_->views().frontiers(truth), sequence)));
  }
}

}  // namespace tidemark::model
