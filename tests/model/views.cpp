// SPDX-License-Identifier: MIT
#include <tidemark/core/text.hpp>

#include <tests/model/views.hpp>

#include <utility>

namespace tidemark::model {

Views::Views(std::shared_ptr<const Topology<Time>> topology, Counts& counts,
             NegativeCounts negative)
    : topology_(std::move(topology)),
      counts_(&counts),
      empty_(topology_, negative),
      oracle_(*topology_) {}

Id Views::begin(Id counts, std::optional<Violation>& violation) {
  Ledger<Time> ledger = empty_;
  ledger.apply(counts_->batch(counts));
  ledger.propagate([](LocationId, const auto&, const auto&) {});
  return add(std::move(ledger), counts, violation);
}

Id Views::apply(Id view, std::span<const Id> batches, std::optional<Violation>& violation) {
  Id sum = nothing;
  for (const Id batch : batches) sum = counts_->plus(sum, batch);
  // Several that share a propagation are another experiment than their sum as one batch.
  const std::uint64_t key = pair_of(view, sum) | std::uint64_t{batches.size() > 1} << 63;
  if (const auto known = applied_.find(key); known != applied_.end()) return known->second;

  Ledger<Time> ledger = *ledgers_[view];
  for (const Id batch : batches) ledger.apply(counts_->batch(batch));
  ledger.propagate([](LocationId, const auto&, const auto&) {});
  const Id after = add(std::move(ledger), counts_->plus(view, sum), violation);
  applied_[key] = after;
  return after;
}

Id Views::add(Ledger<Time> ledger, Id view, std::optional<Violation>& violation) {
  if (!violation) violation = difference(view, ledger);
  if (ledgers_.size() <= view) ledgers_.resize(view + 1);
  if (!ledgers_[view]) ledgers_[view] = std::make_unique<Ledger<Time>>(std::move(ledger));
  return view;
}

std::optional<Violation> Views::difference(Id view, const Ledger<Time>& ledger) {
  const Frontiers& expected = frontiers(view);
  const auto wrong = [&](LocationId at, const auto& found, const auto& right) {
    return Violation{Invariant::implied_frontier,
                     "with the counts " + counts_->describe(view) + " the ledger's frontier at " +
                         topology_->describe(at) + " is " + to_text(found) +
                         ", by definition it is " + to_text(right)};
  };
  for (std::uint32_t l = 0; l != topology_->locations(); ++l)
    if (!(ledger.frontier({l}) == expected[l]))
      return wrong({l}, ledger.frontier({l}), expected[l]);
  std::size_t counted = 0;
  for (std::uint32_t l = 0; l != topology_->locations(); ++l)
    counted += ledger.counts({l}).entries().size();
  bool same = counted == (*counts_)[view].size();
  for (const auto& [stamp, count] : (*counts_)[view]) {
    const Pointstamp<Time>& pointstamp = counts_->pointstamps()[stamp];
    same &= ledger.counts(pointstamp.location).count(pointstamp.time) == count;
  }
  if (same) return std::nullopt;
  return Violation{
      Invariant::implied_frontier,
      "the ledger's counts are not the sum of its batches, which is " + counts_->describe(view)};
}

const Frontiers& Views::frontiers(Id counts) {
  if (frontiers_.size() <= counts) frontiers_.resize(counts + 1);
  if (frontiers_[counts]) return *frontiers_[counts];
  for (const auto& [stamp, count] : (*counts_)[counts])
    oracle_.update(counts_->pointstamps()[stamp], count);
  oracle_.propagate();
  auto found = std::make_unique<Frontiers>();
  for (std::uint32_t l = 0; l != topology_->locations(); ++l)
    found->push_back(oracle_.frontier({l}));
  for (const auto& [stamp, count] : (*counts_)[counts])
    oracle_.update(counts_->pointstamps()[stamp], -count);
  return *(frontiers_[counts] = std::move(found));
}

Frontiers Views::unpropagated(Id view) const {
  Frontiers found;
  for (std::uint32_t l = 0; l != topology_->locations(); ++l)
    found.push_back(ledgers_[view]->counts({l}).frontier());
  return found;
}

}  // namespace tidemark::model
