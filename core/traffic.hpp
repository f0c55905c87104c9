// SPDX-License-Identifier: MIT
//
// Traffic: what a run has sent, progress and data, link by link.
#pragma once

#include <tidemark/progress/station.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// An amount of progress batches. Bytes are those of a serialisation with fixed fields: 8 for a
/// batch's header, and for each update 4 (the location), 8 for each coordinate of the timestamp and
/// 8 (the count).
struct ProgressTraffic {
  std::uint64_t batches = 0;  ///< each once for each link that it took
  std::uint64_t updates = 0;  ///< changes of the count of one pointstamp
  std::uint64_t bytes = 0;    ///< see above

  /// Adds a batch of so many updates. `bytes_of_time` is 8 for each coordinate.
  void add(std::size_t updates_of_batch, std::size_t bytes_of_time) {
    ++batches;
    updates += updates_of_batch;
    bytes += 8 + updates_of_batch * (4 + bytes_of_time + 8);
  }
  /// Adds each of the three.
  ProgressTraffic& operator+=(const ProgressTraffic& other);
  friend bool operator==(const ProgressTraffic&, const ProgressTraffic&) = default;
};

/// An amount of batches of records. Bytes are those of the records as they lie in memory, and of a
/// header (batch.hpp).
struct DataTraffic {
  std::uint64_t batches = 0;  ///< that went to another worker
  std::uint64_t bytes = 0;    ///< see above

  /// Adds both.
  DataTraffic& operator+=(const DataTraffic& other);
  friend bool operator==(const DataTraffic&, const DataTraffic&) = default;
};

/// Filled when the run has ended, also by an error, with what was sent up to then. Of several
/// dataflows it holds the sums. What a worker tells the ledger that it reads is no traffic, nor is
/// a batch of records that stays at its worker. What a worker puts into shared batches
/// (records/shared_batches.hpp) counts as one batch for each receiver and timestamp of a load.
struct Traffic {
  /// What has gone from one station to the next.
  struct ProgressLink {
    Station from;                    ///< who has sent it
    Station to;                      ///< who takes it in
    bool between_processes = false;  ///< the two stand in different ones
    ProgressTraffic sent;            ///< in the whole run
  };
  /// What the workers of a process have sent to those of another, or to each other.
  struct DataLink {
    std::uint32_t from = 0;  ///< process
    std::uint32_t to = 0;    ///< process; the same: between its workers
    DataTraffic sent;        ///< in the whole run
  };

  std::vector<ProgressLink> progress;  ///< those in use, by sender and receiver
  std::vector<DataLink> data;          ///< those in use, by sender and receiver

  ///@{
  /// The sum over all links, or over those between processes.
  ProgressTraffic all_progress() const;
  ProgressTraffic progress_between_processes() const;
  DataTraffic all_data() const;
  DataTraffic data_between_processes() const;
  ///@}
};

/// A table: one line for each kind of link, such as from workers to ledgers, and the totals.
std::string to_text(const Traffic& traffic);

}  // namespace tidemark
