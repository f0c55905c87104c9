// SPDX-License-Identifier: MIT
#include <tidemark/core/text.hpp>

#include <tests/model/invariants.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace tidemark::model {

std::string name_of(Invariant invariant) {
  switch (invariant) {
    case Invariant::record_count:
      return "GlobalRecordCount";
    case Invariant::safety:
      return "GlobVacantUpto => NrecVacantUpto";
    case Invariant::sticky_view:
      return "GlobVacantUpto is sticky";
    case Invariant::sticky_truth:
      return "NrecVacantUpto is sticky";
    case Invariant::batch_rule:
      return "the batch rule";
    case Invariant::justified:
      return "IncomingInfoJustified";
    case Invariant::implied_frontier:
      return "the implied frontier";
    case Invariant::no_negative:
      return "no negative count";
    case Invariant::end:
      return "an end stays reachable";
    case Invariant::promise_kept:
      return "a promise is kept";
    case Invariant::frontier_decides:
      return "the frontier decides";
    case Invariant::sticky_watermark:
      return "the watermark is sticky";
    case Invariant::not_late:
      return "nothing in order is late";
  }
  return "";
}

Invariants::Invariants(const System& system, Counts& counts, Views& views, const Stations& stations)
    : system_(&system),
      counts_(&counts),
      views_(&views),
      stations_(&stations),
      links_into_(stations.routes().size()),
      workers_of_(stations.routes().size()),
      ledgers_of_(stations.routes().size()),
      behind_(stations.routes().size()) {
  const Routes& routes = stations.routes();
  for (std::size_t l = 0; l != stations.links().size(); ++l)
    links_into_[stations.links()[l].to].push_back(l);
  std::vector<bool> seen(routes.size());
  const std::function<void(std::size_t)> visit = [&](std::size_t station) {
    if (seen[station]) return;
    seen[station] = true;
    for (const std::size_t l : links_into_[station]) visit(stations.links()[l].from);
    order_.push_back(station);
  };
  for (std::size_t s = 0; s != routes.size(); ++s) visit(s);

  for (std::uint32_t w = 0; w != system.layout.workers; ++w) {
    const std::function<void(std::size_t)> follow = [&](std::size_t station) {
      workers_of_[station].push_back(w);
      for (const std::size_t to : routes.next(station)) follow(to);
    };
    follow(w);
    if (routes.tells_own_ledger(w))
      workers_of_[routes.number_of({Station::Kind::ledger, system.layout.ledger_of_worker(w)})]
          .push_back(w);
  }
  for (auto s = order_.rbegin(); s != order_.rend(); ++s) {
    if (routes.station(*s).kind == Station::Kind::ledger)
      ledgers_of_[*s] = {routes.station(*s).index};
    for (const std::size_t to : routes.next(*s))
      ledgers_of_[*s].insert(ledgers_of_[*s].end(), ledgers_of_[to].begin(), ledgers_of_[to].end());
  }
}

std::optional<Violation> Invariants::check(const State& state) {
  const Id true_counts = truth(state);
  for (std::uint32_t q = 0; q != state.ledgers.size(); ++q) {
    if (checks(Invariant::safety))
      if (auto violation = check_safety(state, true_counts, q)) return violation;
    if (checks(Invariant::record_count))
      if (auto violation = check_counts(state, true_counts, q)) return violation;
  }
  if (checks(Invariant::justified)) return check_justified(state);
  return std::nullopt;
}

Id Invariants::truth(const State& state) {
  Id sum = nothing;
  for (const WorkerState& worker : state.workers) {
    sum = counts_->plus(sum, counts_->plus(worker.held, worker.data));
    for (const OpenBuffer& buffer : worker.open)
      sum = counts_->plus(sum, counts_->one(buffer.stamp));
  }
  return sum;
}

Id Invariants::on_the_way(const State& state, std::uint32_t ledger) {
  Id sum = nothing;
  const auto add = [&](const Queue& queue) {
    for (const Id batch : queue) sum = counts_->plus(sum, batch);
  };
  const auto heads_here = [&](std::size_t station) {
    return std::ranges::find(ledgers_of_[station], ledger) != ledgers_of_[station].end();
  };
  add(state.ledgers[ledger].log);
  for (std::uint32_t w = 0; w != state.workers.size(); ++w) add(state.workers[w].unreported);
  for (std::size_t s = 0; s != state.gathered.size(); ++s)
    if (state.gathered[s].batches != 0 && heads_here(s))
      sum = counts_->plus(sum, state.gathered[s].sum);
  for (std::size_t l = 0; l != state.links.size(); ++l)
    if (!state.links[l].empty() && heads_here(stations_->links()[l].to)) add(state.links[l]);
  return sum;
}

/// FORTE 2013, GlobalRecordCount: the true counts are a ledger's and what is on its way there.
std::optional<Violation> Invariants::check_counts(const State& state, Id truth,
                                                  std::uint32_t ledger) {
  const Id known = counts_->plus(state.ledgers[ledger].view, on_the_way(state, ledger));
  if (known == truth) return std::nullopt;
  return Violation{Invariant::record_count,
                   "what ledger " + std::to_string(ledger) +
                       " has applied and what is on its way "
                       "there differ from what exists: there is too much by " +
                       counts_->describe(counts_->minus(known, truth)),
                   ledger};
}

const Frontiers& Invariants::published(const LedgerState& ledger) {
  if (!ledger.unpropagated) return views_->frontiers(ledger.view);
  if (unpropagated_.size() <= ledger.view) unpropagated_.resize(ledger.view + 1);
  auto& known = unpropagated_[ledger.view];
  if (!known) known = std::make_unique<Frontiers>(views_->unpropagated(ledger.view));
  return *known;
}

std::optional<LocationId> Invariants::passed(const Frontiers& published,
                                             const Frontiers& true_ones) const {
  for (std::uint32_t l = 0; l != published.size(); ++l)
    if (!published[l].dominates(true_ones[l])) return LocationId{l};
  return std::nullopt;
}

/// FORTE 2013, GlobVacantUpto => NrecVacantUpto: what a ledger says is complete is complete. At
/// each location, of what it has published, against the true counts by the definition.
std::optional<Violation> Invariants::check_safety(const State& state, Id truth,
                                                  std::uint32_t ledger) {
  const LedgerState& at = state.ledgers[ledger];
  const auto [known, is_new] =
      safe_.try_emplace(pair_of(at.view * 2 + (at.unpropagated ? 1 : 0), truth));
  if (is_new) known->second = !passed(published(at), views_->frontiers(truth)).has_value();
  if (known->second) return std::nullopt;
  const Frontiers& says = published(at);
  const Frontiers& is = views_->frontiers(truth);
  const LocationId location = *passed(says, is);
  const Time time = *std::ranges::find_if(
      is[location.value], [&](const Time& t) { return !says[location.value].less_equal_to(t); });
  const Topology<Time>& topology = *system_->program.topology;
  return Violation{Invariant::safety,
                   "ledger " + std::to_string(ledger) + " says that " +
                       to_text(time, topology.depth(location)) + " is complete at " +
                       topology.describe(location) + ", where its frontier is " +
                       to_text(says[location.value]) + ", but " + holder(state, location, time),
                   ledger};
}

std::string Invariants::holder(const State& state, LocationId location, const Time& time) {
  const Pointstamps& all = counts_->pointstamps();
  const auto leads_here = [&](Stamp stamp) {
    return views_->frontiers(counts_->one(stamp))[location.value].less_equal_to(time);
  };
  const std::string could = ", which could result in it";
  for (std::uint32_t w = 0; w != state.workers.size(); ++w) {
    const WorkerState& worker = state.workers[w];
    const std::string who = "worker " + std::to_string(w);
    for (const auto& [stamp, count] : (*counts_)[worker.held])
      if (count > 0 && leads_here(stamp))
        return who + " holds a capability for " + all.describe(stamp) + could;
    for (const auto& [stamp, count] : (*counts_)[worker.data])
      if (count > 0 && leads_here(stamp))
        return "a batch for " + who + " stands at " + all.describe(stamp) + could;
    for (const OpenBuffer& buffer : worker.open)
      if (leads_here(buffer.stamp))
        return who + " has a batch open for " + all.describe(buffer.stamp) + could;
  }
  return "something could result in it";
}

}  // namespace tidemark::model
