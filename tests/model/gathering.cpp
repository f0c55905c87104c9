// SPDX-License-Identifier: MIT
#include <tests/model/gathering.hpp>

#include <algorithm>
#include <utility>

namespace tidemark::model {
namespace {

constexpr Id unasked = ~Id{0};

}  // namespace

std::vector<Link> links_of(const Routes& routes) {
  std::vector<Link> links;
  for (std::size_t from = 0; from != routes.size(); ++from)
    for (const std::size_t to : routes.next(from)) links.push_back({from, to});
  return links;
}

Stations::Stations(std::shared_ptr<const Routes> routes, std::uint32_t told_apart, Counts& counts,
                   Views& views)
    : routes_(std::move(routes)),
      told_apart_(told_apart),
      counts_(&counts),
      views_(&views),
      links_(links_of(*routes_)) {}

std::uint32_t Stations::ledger_of(std::size_t station) const {
  const Layout& layout = routes_->layout();
  const Station at = routes_->station(station);
  if (at.kind == Station::Kind::worker) return layout.ledger_of_worker(at.index);
  std::uint32_t ledger = 0;
  while (layout.process_of({Station::Kind::ledger, ledger}) != layout.process_of(at)) ++ledger;
  return ledger;
}

bool Stations::asks_ledger(std::size_t station) const {
  bool asks = false;
  for (std::uint32_t batches = 1; batches <= told_apart_ + 1; ++batches)
    routes_->policy().due(routes_->station(station), {batches, 1, [&] { return asks = true; }});
  return asks;
}

const Stations::Outcome& Stations::take_in(std::size_t station, Gathering gathered, Id batch,
                                           Id view) {
  for (const Id asked : {unasked, view})
    if (const auto known = taken_in_.find({station, gathered, batch, asked});
        known != taken_in_.end() && (asked != unasked || !known->second->asks))
      return *known->second;

  ReportGathering<Time> stations = stations_with(station, gathered);
  bool asks = false;
  const bool due = stations.take_in(station, counts_->batch(batch), [&](const auto& all) {
    asks = true;
    return could_move_a_frontier(all, views_->ledger(view));
  });
  Outcome outcome;
  if (due) {
    outcome = sent(stations, station);
  } else {
    outcome.left = left_at(stations, station);
  }
  outcome.asks = asks;
  return *(taken_in_[{station, gathered, batch, asks ? view : unasked}] =
               std::make_unique<Outcome>(std::move(outcome)));
}

const Stations::Outcome& Stations::send_all(std::size_t station, Gathering gathered) {
  std::unique_ptr<Outcome>& known = sent_[{station, gathered, nothing, unasked}];
  if (!known) {
    ReportGathering<Time> stations = stations_with(station, gathered);
    known = std::make_unique<Outcome>(sent(stations, station));
  }
  return *known;
}

ReportGathering<Time> Stations::stations_with(std::size_t station, Gathering gathered) const {
  ReportGathering<Time> stations(routes_);
  for (std::uint32_t n = 0; n != gathered.batches; ++n)  // the sum first, the others are empty
    stations.take_in(station, n == 0 ? counts_->batch(gathered.sum) : ProgressBatch<Time>{},
                     [](const auto&) { return false; });
  return stations;
}

Stations::Outcome Stations::sent(ReportGathering<Time>& stations, std::size_t station) {
  Outcome outcome;
  stations.send_all(station, [&](std::size_t to, const ProgressBatch<Time>& batch) {
    outcome.batch = counts_->intern(batch);
    const auto link = std::ranges::find_if(
        links_, [&](const Link& l) { return l.from == station && l.to == to; });
    outcome.onto.push_back(static_cast<std::size_t>(link - links_.begin()));
  });
  outcome.left = left_at(stations, station);
  return outcome;
}

Gathering Stations::left_at(const ReportGathering<Time>& stations, std::size_t station) {
  const Accumulator<Time>& left = stations.at(station);
  return {counts_->intern(left.gathered),
          static_cast<std::uint32_t>(std::min<std::uint64_t>(left.batches, told_apart_))};
}

std::size_t Stations::Hash::operator()(const Key& key) const noexcept {
  std::size_t seed = key.station;
  for (const std::uint32_t part : {key.gathered.sum, key.gathered.batches, key.batch, key.view})
    seed = (seed ^ part) * 0x9E3779B97F4A7C15u;
  return seed ^ seed >> 32;
}

}  // namespace tidemark::model
