// SPDX-License-Identifier: MIT
#include <tidemark/core/observe/traffic_counts.hpp>

#include <map>
#include <utility>

namespace tidemark {

TrafficCounts::TrafficCounts(const Layout& layout, std::shared_ptr<const Routes> routes)
    : layout_(layout),
      routes_(std::move(routes)),
      data_(layout.workers, std::vector<DataTraffic>(layout.processes)) {
  if (!routes_) return;
  for (std::size_t s = 0; s != routes_->size(); ++s)
    progress_.emplace_back(routes_->next(s).size());
}

TrafficCounts& TrafficCounts::operator+=(const TrafficCounts& other) {
  for (std::size_t w = 0; w != data_.size(); ++w)
    for (std::size_t p = 0; p != data_[w].size(); ++p) data_[w][p] += other.data_[w][p];
  for (std::size_t s = 0; s != progress_.size(); ++s)
    for (std::size_t i = 0; i != progress_[s].size(); ++i) progress_[s][i] += other.progress_[s][i];
  return *this;
}

Traffic TrafficCounts::links() const {
  Traffic traffic;
  std::map<std::pair<std::uint32_t, std::uint32_t>, DataTraffic> between;
  for (std::uint32_t w = 0; w != data_.size(); ++w)
    for (std::uint32_t to = 0; to != layout_.processes; ++to)
      if (data_[w][to].batches != 0) between[{layout_.process_of_worker(w), to}] += data_[w][to];
  for (const auto& [link, sent] : between) traffic.data.push_back({link.first, link.second, sent});
  for (std::size_t s = 0; s != progress_.size(); ++s)
    for (std::size_t i = 0; i != progress_[s].size(); ++i) {
      if (progress_[s][i].batches == 0) continue;
      const Station from = routes_->station(s);
      const Station to = routes_->station(routes_->next(s)[i]);
      traffic.progress.push_back(
          {from, to, layout_.process_of(from) != layout_.process_of(to), progress_[s][i]});
    }
  return traffic;
}

}  // namespace tidemark
