// SPDX-License-Identifier: MIT
//
// What happens to reports on their way: stations gather them, links carry them, ledgers apply them.
#include <tests/model/model.hpp>

#include <algorithm>
#include <utility>

namespace tidemark::model {

Model::Model(const System& system, const Mutation* mutation)
    : system_(system),
      mutation_(mutation),
      pointstamps_(topology(), system_.bounds),
      counts_(pointstamps_),
      views_(system_.program.topology, counts_,
             system_.layout.ledgers() == 1 ? NegativeCounts::forbidden : NegativeCounts::allowed),
      stations_(std::make_shared<const Routes>(system_.policy, system_.layout), system_.told_apart,
                counts_, views_),
      symmetry_(system_, stations_, mutation != nullptr),
      invariants_(system_, counts_, views_, stations_),
      channels_(topology().locations()) {
  for (std::size_t c = 0; c != topology().channels().size(); ++c) {
    const Channel& channel = topology().channels()[c];
    channels_[topology().location(channel.from).value].emplace_back(topology().location(channel.to),
                                                                    system_.program.exchanges[c]);
  }
}

State Model::initial(std::optional<Violation>& violation) {
  State state;
  state.batches_left = system_.bounds.batches;
  state.faults_left = mutation_ == nullptr ? 0 : mutation_->faults();
  state.workers.resize(system_.layout.workers);
  state.gathered.resize(stations_.routes().size());
  state.links.resize(stations_.links().size());
  state.ledgers.resize(system_.layout.ledgers());
  Id held = nothing, all = nothing;
  for (std::uint32_t i = 0; i != topology().operators().size(); ++i)
    if (topology().operators()[i].inputs == 0)
      for (std::uint32_t o = 0; o != topology().operators()[i].outputs; ++o) {
        const LocationId source = topology().location(SourcePort{{i}, o});
        held = counts_.plus(held, counts_.one(pointstamps_.find(source, Time()).value()));
      }
  for (WorkerState& worker : state.workers) {
    worker.held = held;
    all = counts_.plus(all, held);
  }
  const bool empty = mutation_ != nullptr && mutation_->begins_empty();
  for (LedgerState& ledger : state.ledgers)
    ledger.view = views_.begin(empty ? nothing : all, violation);
  if (empty)
    for (std::uint32_t w = 0; w != state.workers.size(); ++w) report_now(state, w, held, violation);
  return state;
}

void Model::for_each_step(const State& state, const Visit& visit) {
  for (std::uint32_t w = 0; w != state.workers.size(); ++w) acts_of(state, w, visit);
  links_and_stations(state, visit);
  ledgers(state, visit);
}

bool Model::is_end(const State& state) {
  return std::ranges::all_of(state.workers,
                             [](const WorkerState& w) {
                               return w.held == nothing && w.data == nothing && w.open.empty();
                             }) &&
         std::ranges::all_of(state.ledgers,
                             [](const LedgerState& ledger) { return ledger.view == nothing; });
}

/// A worker's batch is applied at its own ledger, unless the policy has another way for it, and
/// goes to its station.
void Model::report_now(State& state, std::uint32_t worker, Id batch,
                       std::optional<Violation>& violation) {
  const Routes& routes = stations_.routes();
  if (routes.tells_own_ledger(worker))
    come(state, routes.number_of({Station::Kind::ledger, system_.layout.ledger_of_worker(worker)}),
         batch, violation);
  if (stations_.gathers(worker)) come(state, worker, batch, violation);
}

void Model::come(State& state, std::size_t station, Id batch, std::optional<Violation>& violation) {
  const Station at = stations_.routes().station(station);
  if (at.kind == Station::Kind::ledger) {
    state.ledgers[at.index].log.push_back(batch);
    if (!system_.log) combine(state, at.index, 1, violation);
    return;
  }
  const Id view = state.ledgers[stations_.ledger_of(station)].view;
  send(state, station, stations_.take_in(station, state.gathered[station], batch, view));
}

void Model::send(State& state, std::size_t station, const Stations::Outcome& outcome) {
  state.gathered[station] = outcome.left;
  for (const std::size_t link : outcome.onto) state.links[link].push_back(outcome.batch);
}

void Model::links_and_stations(const State& state, const Visit& visit) {
  std::vector<Arrival> ways;
  for (std::uint32_t l = 0; l != state.links.size(); ++l) {
    if (state.links[l].empty()) continue;
    ways = {Arrival{}};
    if (state.faults_left != 0) mutation_->arrive(state.links[l], ways);
    for (std::size_t i = 0; i != ways.size(); ++i) {
      State next = state;
      std::optional<Violation> violation;
      const Arrival& way = ways[i];
      Queue& link = next.links[l];
      const auto at = link.begin() + static_cast<std::ptrdiff_t>(way.which);
      const Step step{
          .kind = Step::Kind::arrive, .fault = i != 0, .where = l, .batch = *at, .arrival = way};
      if (!way.stays) link.erase(at);
      if (i != 0) --next.faults_left;
      if (way.arrives) come(next, stations_.links()[l].to, step.batch, violation);
      visit(step, next, violation);
    }
  }
  for (std::uint32_t s = 0; s != state.gathered.size(); ++s) {
    if (state.gathered[s].batches == 0) continue;
    State next = state;
    const Stations::Outcome& outcome = stations_.send_all(s, state.gathered[s]);
    send(next, s, outcome);
    visit({.kind = Step::Kind::gather, .where = s, .batch = outcome.batch}, next, std::nullopt);
  }
}

void Model::ledgers(const State& state, const Visit& visit) {
  for (std::uint32_t q = 0; q != state.ledgers.size(); ++q) {
    const LedgerState& ledger = state.ledgers[q];
    Step step{.kind = Step::Kind::combine, .where = q};
    if (ledger.unpropagated) {
      State next = state;
      next.ledgers[q].unpropagated = false;
      step.kind = Step::Kind::propagate;
      visit(step, next, invariants_.check_published(ledger, next.ledgers[q], q));
      continue;
    }
    // What is appended meanwhile is applied after what is published now, so any number may be it.
    // Two are as good as more: a propagation is shared.
    for (std::size_t n = 1; n <= std::min<std::size_t>(ledger.log.size(), 2); ++n) {
      State next = state;
      std::optional<Violation> violation;
      step.how_many = static_cast<std::uint32_t>(n == 1 ? 1 : ledger.log.size());
      combine(next, q, step.how_many, violation);
      visit(step, next, violation);
      if (n != 1 || mutation_ == nullptr || !mutation_->publishes_early() ||
          state.faults_left == 0 || violation)
        continue;
      --next.faults_left;
      next.ledgers[q].unpropagated = true;
      Step early = step;
      early.fault = true;
      visit(early, next, invariants_.check_published(ledger, next.ledgers[q], q));
    }
  }
}

/// Applies the first `how_many` of a ledger's log, propagates once, and publishes.
void Model::combine(State& state, std::uint32_t q, std::size_t how_many,
                    std::optional<Violation>& violation) {
  LedgerState& ledger = state.ledgers[q];
  const LedgerState before = ledger;
  const Queue batches(ledger.log.begin(),
                      ledger.log.begin() + static_cast<std::ptrdiff_t>(how_many));
  ledger.log.erase(ledger.log.begin(), ledger.log.begin() + static_cast<std::ptrdiff_t>(how_many));
  if (system_.layout.ledgers() == 1) {
    Id counts = ledger.view;
    for (const Id batch : batches) {
      counts = counts_.plus(counts, batch);
      if (!counts_.any_negative(counts)) continue;
      if (!violation)
        violation = Violation{Invariant::no_negative,
                              "there is one ledger, and after " + counts_.describe(batch) +
                                  " its counts are " + counts_.describe(counts),
                              q};
      return;
    }
  }
  ledger.view = views_.apply(ledger.view, std::span(batches.data(), batches.size()), violation);
  if (!violation) violation = invariants_.check_published(before, ledger, q);
}

}  // namespace tidemark::model
