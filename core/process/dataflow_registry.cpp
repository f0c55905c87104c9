// SPDX-License-Identifier: MIT
#include <tidemark/core/process/dataflow_registry.hpp>

namespace tidemark {

void DataflowRegistry::has_built(std::uint32_t worker, std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  if (!fewest_ || count < fewest_->first) fewest_.emplace(count, worker);
  require_same_number(worker, static_cast<std::uint32_t>(shared_.size()));
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

void DataflowRegistry::cancel(std::uint32_t index) {
  std::shared_ptr<DataflowView> dataflow;
  {
    const std::lock_guard lock(mutex_);
    if (index >= views_.size())
      throw DataflowError("dataflow " + std::to_string(index) + " cannot be cancelled: " +
                          std::to_string(views_.size()) + " have been built, counted from 0");
    dataflow = views_[index];
  }
  dataflow->cancel();
}

std::vector<std::shared_ptr<DataflowView>> DataflowRegistry::dataflows() const {
  const std::lock_guard lock(mutex_);
  return views_;
}

Traffic DataflowRegistry::traffic() const {
  const std::lock_guard lock(mutex_);
  if (traffic_.empty()) return {};
  TrafficCounts sum = *traffic_.front();
  for (std::size_t i = 1; i != traffic_.size(); ++i) sum += *traffic_[i];
  return sum.links();
}

std::vector<ReportStations*> DataflowRegistry::stations() const {
  const std::lock_guard lock(mutex_);
  return stations_;
}

}  // namespace tidemark
