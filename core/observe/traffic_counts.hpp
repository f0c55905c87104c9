// SPDX-License-Identifier: MIT
//
// Traffic counts: what one dataflow has sent.
#pragma once

#include <tidemark/core/traffic.hpp>
#include <tidemark/progress/policy.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark {

/// Thread: who sends, a worker or who has locked a station; the sums once the run has ended.
class TrafficCounts {
 public:
  /// `routes` are null where nothing is gathered.
  TrafficCounts(const Layout& layout, std::shared_ptr<const Routes> routes);

  /// `batches` of records, of so many bytes, from one worker to another.
  void data_sent(std::uint32_t from, std::uint32_t to, std::uint64_t batches, std::uint64_t bytes) {
    data_[from][layout_.process_of_worker(to)] += {batches, bytes};
  }
  /// A batch of so many updates from a station to the one that is the number `next` behind it.
  void progress_sent(std::size_t station, std::size_t next, std::size_t updates,
                     std::size_t bytes_of_time) {
    progress_[station][next].add(updates, bytes_of_time);
  }

  TrafficCounts& operator+=(const TrafficCounts& other);
  /// The links in use.
  Traffic links() const;

 private:
  Layout layout_;
  std::shared_ptr<const Routes> routes_;
  std::vector<std::vector<DataTraffic>> data_;          // by worker, then by process
  std::vector<std::vector<ProgressTraffic>> progress_;  // by station, for each that follows
};

}  // namespace tidemark
