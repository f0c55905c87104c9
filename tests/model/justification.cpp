// SPDX-License-Identifier: MIT
//
// Invariants about reports: each raises only what something earlier allows.
#include <tests/model/invariants.hpp>

#include <algorithm>

namespace tidemark::model {

/// The batch rule (progress/SAFETY.md). FORTE 2013 asks for upright changes, each positive one
/// supported by a smaller negative one; ITP 2021 allows capabilities that are kept, too. A batch of
/// data must be later than its support, a capability may be a duplicate.
std::optional<Violation> Invariants::check_report(Id batch, Id held, std::uint32_t worker) {
  if (!checks(Invariant::batch_rule)) return std::nullopt;
  const Pointstamps& all = counts_->pointstamps();
  const Counts::Entries& changes = (*counts_)[batch];
  const auto supported = [&](Stamp raised) {
    const auto before = [&](Stamp support) {
      return all.before(support, raised) || (support == raised && !all.is_target(raised));
    };
    return std::ranges::any_of((*counts_)[held],
                               [&](const auto& h) { return h.count > 0 && before(h.stamp); }) ||
           std::ranges::any_of(changes, [&](const auto& c) {
             return c.count < 0 && all.is_target(c.stamp) && before(c.stamp);
           });
  };
  const auto [known, is_new] = upright_.try_emplace(pair_of(batch, held), true);
  const auto wrong =
      is_new || !known->second
          ? std::ranges::find_if(changes,
                                 [&](const auto& c) { return c.count > 0 && !supported(c.stamp); })
          : changes.end();
  known->second = wrong == changes.end();
  if (known->second) return std::nullopt;
  return Violation{Invariant::batch_rule,
                   "worker " + std::to_string(worker) + " reports " + counts_->describe(batch) +
                       ", but nothing that it held or consumed in that batch could result in " +
                       all.describe(wrong->stamp)};
}

/// FORTE 2013, NrecVacantUpto is sticky: what is complete stays so.
std::optional<Violation> Invariants::check_truth(Id before, Id after) {
  if (!checks(Invariant::sticky_truth) || before == after) return std::nullopt;
  const auto [known, is_new] = truth_moves_.try_emplace(pair_of(before, after));
  if (is_new)
    known->second = !passed(views_->frontiers(before), views_->frontiers(after)).has_value();
  if (known->second) return std::nullopt;
  const LocationId location = *passed(views_->frontiers(before), views_->frontiers(after));
  return Violation{Invariant::sticky_truth,
                   "what was complete at " + system_->program.topology->describe(location) +
                       " can come again: there is now " +
                       counts_->describe(counts_->minus(after, before)) + " more"};
}

/// FORTE 2013, GlobVacantUpto is sticky; ITP 2021, glob is monotone: no published frontier moves
/// back.
std::optional<Violation> Invariants::check_published(const LedgerState& before,
                                                     const LedgerState& after,
                                                     std::uint32_t ledger) {
  if (!checks(Invariant::sticky_view)) return std::nullopt;
  const auto key = [](const LedgerState& l) { return l.view * 2 + (l.unpropagated ? 1 : 0); };
  const auto [known, is_new] = view_moves_.try_emplace(pair_of(key(before), key(after)));
  if (is_new) known->second = !passed(published(before), published(after)).has_value();
  if (known->second) return std::nullopt;
  const LocationId location = *passed(published(before), published(after));
  return Violation{Invariant::sticky_view,
                   "the frontier that ledger " + std::to_string(ledger) + " has published at " +
                       system_->program.topology->describe(location) + " moves back",
                   ledger};
}

/// FORTE 2013, TempUpright and IncomingInfoUpright; ITP 2021, justified: what a station has still
/// to send, and every suffix of what is on its way from there, is justified. Where reports of
/// several workers are gathered, by what these hold together.
std::optional<Violation> Invariants::check_justified(const State& state) {
  const auto held_by = [&](std::size_t station) {
    Id held = nothing;
    for (const std::uint32_t w : workers_of_[station])
      held = counts_->plus(held, state.workers[w].held);
    return held;
  };
  const auto sum = [&](const Queue& queue, Id onto) {
    for (const Id batch : queue) onto = counts_->plus(onto, batch);
    return onto;
  };
  const Routes& routes = stations_->routes();
  for (const std::size_t s : order_) {
    const Station station = routes.station(s);
    Id& behind = behind_[s] = nothing;  // all that has still to come by here
    for (const std::size_t l : links_into_[s])
      behind = sum(state.links[l], counts_->plus(behind, behind_[stations_->links()[l].from]));
    if (station.kind == Station::Kind::ledger) {
      for (const std::uint32_t w : workers_of_[s])
        if (routes.tells_own_ledger(w) && system_->layout.ledger_of_worker(w) == station.index)
          behind = sum(state.workers[w].unreported, behind);
      const Queue& log = state.ledgers[station.index].log;
      const Id held = held_by(s);
      for (auto batch = log.rbegin(); batch != log.rend(); ++batch) {
        behind = counts_->plus(behind, *batch);
        if (auto violation = justified(behind, held, to_string(station))) return violation;
      }
      continue;
    }
    if (station.kind == Station::Kind::worker)
      behind = sum(state.workers[station.index].unreported, behind);
    behind = counts_->plus(behind, state.gathered[s].sum);
    if (behind != nothing)
      if (auto violation = justified(behind, held_by(s), to_string(station))) return violation;
    for (std::size_t l = 0; l != state.links.size(); ++l) {
      if (stations_->links()[l].from != s || state.links[l].empty()) continue;
      Id suffix = behind;
      const Id held = held_by(s);
      for (auto batch = state.links[l].rbegin(); batch != state.links[l].rend(); ++batch) {
        suffix = counts_->plus(suffix, *batch);
        if (auto violation = justified(suffix, held, to_string(station))) return violation;
      }
    }
  }
  return std::nullopt;
}

std::optional<Violation> Invariants::justified(Id information, Id held, const std::string& where) {
  const auto [known, is_new] = justified_.try_emplace(pair_of(information, held));
  if (is_new) known->second = !unjustified(information, held).has_value();
  if (known->second) return std::nullopt;
  return Violation{Invariant::justified,
                   "what has still to come by or from " + where + " adds up to " +
                       counts_->describe(information) + ", and nothing justifies " +
                       counts_->pointstamps().describe(*unjustified(information, held))};
}

/// ITP 2021: a positive count is justified by a negative one that is strictly earlier, by a
/// capability held strictly earlier, or if more capabilities are held at the pointstamp itself. The
/// order is could-result-in.
std::optional<Stamp> Invariants::unjustified(Id information, Id held) {
  const Pointstamps& all = counts_->pointstamps();
  const Counts::Entries& changes = (*counts_)[information];
  for (const auto& [stamp, count] : changes) {
    if (count <= 0 || count < counts_->count(held, stamp)) continue;
    const auto raised = stamp;
    const bool supported =
        std::ranges::any_of(
            changes, [&](const auto& c) { return c.count < 0 && all.before(c.stamp, raised); }) ||
        std::ranges::any_of((*counts_)[held], [&](const auto& h) {
          return h.count > 0 && all.before(h.stamp, raised);
        });
    if (!supported) return raised;
  }
  return std::nullopt;
}

}  // namespace tidemark::model
