// SPDX-License-Identifier: MIT
#include <tidemark/core/process/dataflow_registry.hpp>

#include <algorithm>
#include <iterator>

namespace tidemark {

void DataflowRegistry::has_built(std::uint32_t worker, std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  if (!fewest_ || count < fewest_->first) fewest_.emplace(count, worker);
  require_same_number(worker, built_);
}

/// Another worker than `worker` may have ended with fewer than `count` dataflows. Requires: locked.
void DataflowRegistry::require_same_number(std::uint32_t worker, std::uint32_t count) const {
  if (!fewest_ || fewest_->first >= count) return;
  const auto& [built, by] = *fewest_;
  throw DataflowError("worker " + std::to_string(by) + " has ended its building after " +
                      std::to_string(built) + " dataflows, and " +
                      (by == worker ? "another worker" : "worker " + std::to_string(worker)) +
                      " has built " + std::to_string(count) +
                      "; every worker builds the same dataflows in the same order");
}

void DataflowRegistry::add(std::optional<TrafficCounts>& sum, const Entry& entry) {
  if (entry.traffic == nullptr) return;
  if (sum) {
    *sum += *entry.traffic;
  } else {
    sum = *entry.traffic;
  }
}

void DataflowRegistry::has_ended(std::uint32_t index) {
  std::vector<Entry> given_up;  // without the lock, for much goes with them
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(index);
  if (++entry->second.ended_at != config_->workers) return;
  on_their_way_.push_back(std::move(entry->second));
  entries_.erase(entry);
  const auto at_rest =
      std::partition(on_their_way_.begin(), on_their_way_.end(),
                     [](const Entry& each) { return each.stations && !each.stations->at_rest(); });
  std::move(at_rest, on_their_way_.end(), std::back_inserter(given_up));
  on_their_way_.erase(at_rest, on_their_way_.end());
  for (const Entry& each : given_up) add(traffic_, each);
}

void DataflowRegistry::cancel(std::uint32_t index) {
  std::shared_ptr<DataflowView> dataflow;
  {
    const std::lock_guard lock(mutex_);
    if (index >= built_)
      throw DataflowError("dataflow " + std::to_string(index) + " cannot be cancelled: " +
                          std::to_string(built_) + " have been built, counted from 0");
    const auto entry = entries_.find(index);
    if (entry == entries_.end()) return;
    dataflow = entry->second.view;
  }
  dataflow->cancel();
}

std::vector<std::shared_ptr<DataflowView>> DataflowRegistry::dataflows() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<DataflowView>> all;
  for (const auto& [index, entry] : entries_) all.push_back(entry.view);
  return all;
}

Traffic DataflowRegistry::traffic() const {
  const std::lock_guard lock(mutex_);
  std::optional<TrafficCounts> sum = traffic_;
  for (const Entry& entry : on_their_way_) add(sum, entry);
  for (const auto& [index, entry] : entries_) add(sum, entry);
  return sum ? sum->links() : Traffic{};
}

std::vector<std::shared_ptr<ReportStations>> DataflowRegistry::stations() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ReportStations>> all;
  for (const Entry& entry : on_their_way_)
    if (entry.stations) all.push_back(entry.stations);
  for (const auto& [index, entry] : entries_)
    if (entry.stations) all.push_back(entry.stations);
  return all;
}

}  // namespace tidemark
