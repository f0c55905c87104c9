// SPDX-License-Identifier: MIT
#include <tidemark/progress/error.hpp>
#include <tidemark/progress/policy.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <utility>

namespace tidemark {

using Kind = Station::Kind;

std::string to_string(Station station) {
  constexpr std::array names{"worker ", "process ", "relay ", "ledger "};
  return names[static_cast<std::size_t>(station.kind)] + std::to_string(station.index);
}

std::uint32_t Layout::process_of(Station station) const {
  switch (station.kind) {
    case Kind::worker:
      return process_of_worker(station.index);
    case Kind::process:
      return station.index;
    case Kind::relay:
      return station.index % processes;
    case Kind::ledger:
      return ledger_per_worker ? process_of_worker(station.index) : station.index;
  }
  return 0;
}

std::string Timing::name() const {
  return on_demand ? "on demand" : "every " + std::to_string(batches);
}

namespace {

/// The ledgers that stand in `process`, or those that do not.
std::vector<Station> ledgers(const Layout& layout, std::uint32_t process, bool inside) {
  std::vector<Station> found;
  for (std::uint32_t l = 0; l != layout.ledgers(); ++l) {
    const Station ledger{Kind::ledger, l};
    if ((layout.process_of(ledger) == process) == inside) found.push_back(ledger);
  }
  return found;
}

std::vector<Station> all_ledgers(const Layout& layout) {
  return ledgers(layout, layout.processes, false);
}

}  // namespace

std::string DirectPolicy::name() const {
  return "direct, " + timing_.name();
}

std::vector<Station> DirectPolicy::next(const Layout& layout, Station) const {
  return all_ledgers(layout);
}

bool DirectPolicy::due(Station, const Gathered& gathered) const {
  return timing_.due(gathered);
}

std::string ProcessPolicy::name() const {
  return "per process, " + timing_.name();
}

std::vector<Station> ProcessPolicy::next(const Layout& layout, Station from) const {
  const std::uint32_t process = layout.process_of(from);
  if (from.kind == Kind::process) return ledgers(layout, process, false);
  std::vector<Station> to = ledgers(layout, process, true);
  to.push_back({Kind::process, process});
  return to;
}

bool ProcessPolicy::due(Station at, const Gathered& gathered) const {
  return at.kind == Kind::worker || timing_.due(gathered);
}

std::string CoordinatorPolicy::name() const {
  return "coordinator, " + timing_.name();
}

std::vector<Station> CoordinatorPolicy::next(const Layout& layout, Station from) const {
  if (from.kind == Kind::worker) return {{Kind::process, layout.process_of(from)}};
  if (from.kind == Kind::process) return {{Kind::relay, 0}};
  return all_ledgers(layout);
}

bool CoordinatorPolicy::due(Station at, const Gathered& gathered) const {
  return at.kind == Kind::worker || timing_.due(gathered);
}

namespace {

struct NamedPolicy {
  const char* name;
  std::shared_ptr<const ProgressPolicy> (*make)();
};

template <typename Policy, std::uint64_t batches, bool on_demand>
std::shared_ptr<const ProgressPolicy> made() {
  return std::make_shared<Policy>(Timing{batches, on_demand});
}

constexpr std::array named_policies{
    NamedPolicy{"direct", made<DirectPolicy, 1, false>},
    NamedPolicy{"worker", made<DirectPolicy, 8, false>},
    NamedPolicy{"worker-on-demand", made<DirectPolicy, 1, true>},
    NamedPolicy{"process", made<ProcessPolicy, 8, false>},
    NamedPolicy{"process-on-demand", made<ProcessPolicy, 1, true>},
    NamedPolicy{"coordinator", made<CoordinatorPolicy, 8, false>},
    NamedPolicy{"coordinator-on-demand", made<CoordinatorPolicy, 1, true>},
};

}  // namespace

std::vector<std::string> policy_names() {
  std::vector<std::string> names;
  for (const NamedPolicy& policy : named_policies) names.emplace_back(policy.name);
  return names;
}

std::shared_ptr<const ProgressPolicy> make_policy(const std::string& name) {
  std::string all;
  for (const NamedPolicy& policy : named_policies) {
    if (policy.name == name) return policy.make();
    all += (all.empty() ? "" : ", ") + std::string(policy.name);
  }
  throw DataflowError("there is no progress policy '" + name + "'; there are " + all);
}

Routes::Routes(std::shared_ptr<const ProgressPolicy> policy, Layout layout)
    : policy_(std::move(policy)),
      layout_(layout),
      tells_own_ledger_(layout.workers, false) {
  for (std::uint32_t w = 0; w != layout.workers; ++w) stations_.push_back({Kind::worker, w});
  for (std::uint32_t p = 0; p != layout.processes; ++p) stations_.push_back({Kind::process, p});
  for (std::uint32_t l = 0; l != layout.ledgers(); ++l) stations_.push_back({Kind::ledger, l});

  const std::size_t longest_way = 16 + 4 * stations_.size();
  std::vector<std::size_t> way_to(stations_.size());  // how many stations lie before it
  for (std::size_t from = 0; from != stations_.size(); ++from) {
    const Station station = stations_[from];
    std::vector<std::size_t>& next = next_.emplace_back();
    if (station.kind == Kind::ledger) continue;
    for (const Station to : policy_->next(layout_, station)) {
      if (station.kind == Kind::worker &&
          to == Station{Kind::ledger, layout_.ledger_of_worker(station.index)}) {
        tells_own_ledger_[station.index] = true;
        continue;
      }
      require_there(to, station);
      if (to.kind == Kind::relay && std::ranges::find(stations_, to) == stations_.end()) {
        if (way_to[from] == longest_way)
          throw DataflowError("the progress policy '" + policy_->name() +
                              "' has a way of more than " + std::to_string(longest_way) +
                              " stations, at " + to_string(to) + "; does it not end?");
        stations_.push_back(to);
        way_to.push_back(way_to[from] + 1);
      }
      next.push_back(number_of(to));
    }
  }
  for (std::uint32_t w = 0; w != layout.workers; ++w) check_ways_of(w);
}

void Routes::require_there(Station to, Station from) const {
  const auto there = [&]() -> std::uint32_t {
    switch (to.kind) {
      case Kind::worker:
        return layout_.workers;
      case Kind::process:
        return layout_.processes;
      case Kind::ledger:
        return layout_.ledgers();
      case Kind::relay:
        break;
    }
    return std::numeric_limits<std::uint32_t>::max();
  }();
  if (to.index >= there)
    throw DataflowError("the progress policy '" + policy_->name() + "' sends from " +
                        to_string(from) + " to " + to_string(to) + "; there are " +
                        std::to_string(there) + " of these, counted from 0");
}

std::size_t Routes::number_of(Station station) const {
  switch (station.kind) {
    case Kind::worker:
      return station.index;
    case Kind::process:
      return layout_.workers + station.index;
    case Kind::ledger:
      return layout_.workers + layout_.processes + station.index;
    case Kind::relay:
      return static_cast<std::size_t>(std::ranges::find(stations_, station) - stations_.begin());
  }
  return 0;
}

void Routes::check_ways_of(std::uint32_t worker) const {
  const std::string policy = "the progress policy '" + policy_->name() + "' ";
  const std::string whose = "what worker " + std::to_string(worker) + " reports";
  std::vector<int> ways(stations_.size());
  std::vector<bool> on_the_way(stations_.size());
  const std::function<void(std::size_t)> follow = [&](std::size_t at) {
    if (on_the_way[at])
      throw DataflowError(policy + "sends " + whose + " round in a circle at " +
                          to_string(stations_[at]));
    if (++ways[at] > 1)
      throw DataflowError(policy + "brings " + whose + " to " + to_string(stations_[at]) +
                          " twice; one way is right");
    on_the_way[at] = true;
    for (const std::size_t to : next_[at]) follow(to);
    on_the_way[at] = false;
  };
  if (tells_own_ledger_[worker])
    ++ways[number_of({Kind::ledger, layout_.ledger_of_worker(worker)})];
  follow(worker);
  for (std::uint32_t l = 0; l != layout_.ledgers(); ++l)
    if (ways[number_of({Kind::ledger, l})] == 0)
      throw DataflowError(policy + "does not bring " + whose + " to ledger " + std::to_string(l) +
                          "; every ledger has to learn of it");
}

}  // namespace tidemark
