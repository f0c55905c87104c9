// SPDX-License-Identifier: MIT
//
// Gathering: what the production stations do at a station, found out once and then known.
#pragma once

#include <tidemark/progress/report_gathering.hpp>

#include <tests/model/views.hpp>

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark::model {

/// What a station has gathered, as Accumulator<Time> has it.
struct Gathering {
  Id sum = nothing;
  std::uint32_t batches = 0;
  friend auto operator<=>(const Gathering&, const Gathering&) = default;
};

/// A link on which progress travels: first in, first out.
struct Link {
  std::size_t from = 0, to = 0;  ///< stations, by number
};

/// All links on which progress travels.
std::vector<Link> links_of(const Routes& routes);

/// The stations of a system and the links between them.
class Stations {
 public:
  /// `told_apart`: as in System.
  Stations(std::shared_ptr<const Routes> routes, std::uint32_t told_apart, Counts& counts,
           Views& views);

  const Routes& routes() const { return *routes_; }
  const std::vector<Link>& links() const { return links_; }
  /// Whether a worker's station has anything to do: else all its reports end at its own ledger.
  bool gathers(std::size_t station) const { return !routes_->next(station).empty(); }
  /// The ledger that a station asks whether a frontier could move.
  std::uint32_t ledger_of(std::size_t station) const;
  /// Whether it ever does.
  bool asks_ledger(std::size_t station) const;

  struct Outcome {
    Gathering left;
    bool asks = false;              ///< whether a frontier of the ledger could move
    std::vector<std::size_t> onto;  ///< the links that a batch has been sent on
    Id batch = nothing;             ///< which one
  };

  /// A batch comes to a station whose ledger has published `view`.
  const Outcome& take_in(std::size_t station, Gathering gathered, Id batch, Id view);
  /// A station sends what it has gathered, because its process has nothing left to run.
  const Outcome& send_all(std::size_t station, Gathering gathered);

 private:
  struct Key {
    std::size_t station;
    Gathering gathered;
    Id batch, view;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };

  /// Production stations, at one of which so much has been gathered.
  ReportGathering<Time> stations_with(std::size_t station, Gathering gathered) const;
  Outcome sent(ReportGathering<Time>& stations, std::size_t station);
  Gathering left_at(const ReportGathering<Time>& stations, std::size_t station);

  std::shared_ptr<const Routes> routes_;
  std::uint32_t told_apart_;
  Counts* counts_;
  Views* views_;
  std::vector<Link> links_;
  boost::unordered_flat_map<Key, std::unique_ptr<Outcome>, Hash> taken_in_, sent_;
};

}  // namespace tidemark::model
