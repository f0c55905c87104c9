// SPDX-License-Identifier: MIT
//
// Ledger cuts: what a ledger counts between two batches, as text and to explain it.
#pragma once

#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// A ledger's counts between two batches, and the state as text.
template <Timestamp T>
struct LedgerCut {
  std::vector<Counted<T>> counts;
  std::vector<Antichain<T>> frontiers;                   ///< by location
  std::vector<typename Watermarks<T>::Hold> watermarks;  ///< of the ports where somebody reads them
  std::shared_ptr<const ProgressSnapshot> state;
};

/// A timestamp at a location as text, as its type prints it.
struct AsItPrints {
  template <Timestamp T>
  std::string operator()(const Topology<T>& topology, LocationId location, const T& time) const {
    return to_text(time, topology.depth(location));
  }
};

/// The state of a ledger as text.
template <Timestamp T, typename Text = AsItPrints>
ProgressSnapshot snapshot_of(const Ledger<T>& ledger, const Text& text = {}) {
  ProgressSnapshot snapshot;
  snapshot.sequence = ledger.sequence();
  snapshot.visits = ledger.visits();
  const Topology<T>& topology = ledger.topology();
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    PortProgress& port = snapshot.ports.emplace_back();
    port.name = topology.describe({l});
    port.is_target = topology.is_target({l});
    for (const auto& [time, count] : ledger.counts({l}).entries())
      port.counts.push_back({text(topology, {l}, time), count});
    for (const T& time : ledger.frontier({l})) port.frontier.push_back(text(topology, {l}, time));
  }
  return snapshot;
}

/// The state of a ledger, to explain it.
template <Timestamp T, typename Text = AsItPrints>
LedgerCut<T> cut_of(const Ledger<T>& ledger, const Text& text = {}) {
  LedgerCut<T> cut;
  for (std::uint32_t l = 0; l != ledger.topology().locations(); ++l) {
    for (const auto& [time, count] : ledger.counts({l}).entries())
      cut.counts.push_back({{{l}, time}, count});
    cut.frontiers.push_back(ledger.frontier({l}));
  }
  cut.watermarks = ledger.watermarks().holds(
      [&](LocationId port) -> const auto& { return ledger.frontier(port); });
  cut.state = std::make_shared<const ProgressSnapshot>(snapshot_of(ledger, text));
  return cut;
}

}  // namespace tidemark
