// SPDX-License-Identifier: MIT
#include <tests/model/state.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace tidemark::model {
namespace {

using Numbers = std::vector<std::uint32_t>;

void put(Bytes& bytes, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<std::uint8_t>(number | 0x80));
  bytes.push_back(static_cast<std::uint8_t>(number));
}

void put(Bytes& bytes, const Queue& queue) {
  put(bytes, static_cast<std::uint32_t>(queue.size()));
  for (const Id id : queue) put(bytes, id);
}

struct Reader {
  std::span<const std::uint8_t> bytes;

  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint8_t byte = bytes.front();
      bytes = bytes.subspan(1);
      value |= std::uint32_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  void read(Queue& queue) {
    queue.resize(number());
    for (Id& id : queue) id = number();
  }
};

Numbers inverse(const Numbers& image) {
  Numbers inverted(image.size());
  for (std::uint32_t i = 0; i != image.size(); ++i) inverted[image[i]] = i;
  return inverted;
}

/// Where processes and ledgers go if workers go to `worker`; none if they are torn apart.
std::optional<Numbers> image_of_groups(const Numbers& worker, std::uint32_t groups, auto group_of) {
  constexpr std::uint32_t unknown = ~std::uint32_t{0};
  Numbers image(groups, unknown);
  for (std::uint32_t w = 0; w != worker.size(); ++w) {
    std::uint32_t& to = image[group_of(w)];
    if (to != unknown && to != group_of(worker[w])) return std::nullopt;
    to = group_of(worker[w]);
  }
  Numbers sorted = image;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return std::nullopt;
  return image;
}

}  // namespace

Symmetry::Symmetry(const System& system, const Stations& stations, bool mutated)
    : stations_(&stations),
      mutated_(mutated),
      workers_(system.layout.workers),
      ledgers_(system.layout.ledgers()) {
  const Layout& layout = system.layout;
  const Routes& routes = stations.routes();
  Numbers worker(workers_);
  std::iota(worker.begin(), worker.end(), 0);
  do {
    const auto process = image_of_groups(
        worker, layout.processes, [&](std::uint32_t w) { return layout.process_of_worker(w); });
    const auto ledger = image_of_groups(
        worker, ledgers_, [&](std::uint32_t w) { return layout.ledger_of_worker(w); });
    if (!process || !ledger) continue;
    Numbers station;
    for (std::size_t s = 0; s != routes.size(); ++s) {
      Station to = routes.station(s);
      if (to.kind == Station::Kind::worker) to.index = worker[to.index];
      if (to.kind == Station::Kind::process) to.index = (*process)[to.index];
      if (to.kind == Station::Kind::ledger) to.index = (*ledger)[to.index];
      station.push_back(static_cast<std::uint32_t>(routes.number_of(to)));
    }
    bool same = true;
    for (std::size_t s = 0; s != routes.size(); ++s)
      if (stations.gathers(s) && stations.asks_ledger(s))
        same &= (*ledger)[stations.ledger_of(s)] == stations.ledger_of(station[s]);
    Numbers link;
    for (const Link& from : stations.links()) {
      const auto to = std::ranges::find_if(stations.links(), [&](const Link& l) {
        return l.from == station[from.from] && l.to == station[from.to];
      });
      same &= to != stations.links().end();
      link.push_back(static_cast<std::uint32_t>(to - stations.links().begin()));
    }
    if (same)
      permutations_.push_back(
          {inverse(worker), inverse(station), inverse(link), inverse(*ledger), worker});
  } while (std::ranges::next_permutation(worker).found);
}

const Bytes& Symmetry::canonical(const State& state) {
  encode(state, permutations_.front(), best_);
  for (std::size_t p = 1; p != permutations_.size(); ++p) {
    encode(state, permutations_[p], other_);
    if (other_ < best_) std::swap(best_, other_);
  }
  return best_;
}

void Symmetry::encode(const State& state, const Permutation& permutation, Bytes& bytes) const {
  bytes.clear();
  put(bytes, state.batches_left);
  if (mutated_) put(bytes, state.faults_left);
  for (const std::uint32_t w : permutation.worker) {
    const WorkerState& worker = state.workers[w];
    put(bytes, worker.held);
    put(bytes, worker.data);
    if (!mutated_) continue;
    put(bytes, worker.unreported);
    auto open = worker.open;
    for (OpenBuffer& buffer : open)
      buffer.to = static_cast<std::uint16_t>(permutation.image_of_worker[buffer.to]);
    std::ranges::sort(open);
    put(bytes, static_cast<std::uint32_t>(open.size()));
    for (const auto& [to, stamp] : open) put(bytes, to), put(bytes, stamp);
  }
  for (std::uint32_t s = 0; s != permutation.station.size(); ++s) {
    if (!stations_->gathers(s)) continue;
    const Gathering& gathered = state.gathered[permutation.station[s]];
    put(bytes, gathered.batches);
    if (gathered.batches != 0) put(bytes, gathered.sum);
  }
  for (const std::uint32_t l : permutation.link) put(bytes, state.links[l]);
  for (const std::uint32_t l : permutation.ledger) {
    put(bytes, state.ledgers[l].view);
    put(bytes, state.ledgers[l].log);
    if (mutated_) put(bytes, state.ledgers[l].unpropagated);
  }
}

State Symmetry::decode(std::span<const std::uint8_t> bytes) const {
  Reader in{bytes};
  State state;
  state.batches_left = in.number();
  if (mutated_) state.faults_left = in.number();
  state.workers.resize(workers_);
  for (WorkerState& worker : state.workers) {
    worker.held = in.number();
    worker.data = in.number();
    if (!mutated_) continue;
    in.read(worker.unreported);
    worker.open.resize(in.number());
    for (auto& [to, stamp] : worker.open)
      to = static_cast<std::uint16_t>(in.number()), stamp = static_cast<Stamp>(in.number());
  }
  state.gathered.resize(stations_->routes().size());
  for (std::uint32_t s = 0; s != state.gathered.size(); ++s) {
    if (!stations_->gathers(s)) continue;
    state.gathered[s].batches = in.number();
    if (state.gathered[s].batches != 0) state.gathered[s].sum = in.number();
  }
  state.links.resize(stations_->links().size());
  for (Queue& link : state.links) in.read(link);
  state.ledgers.resize(ledgers_);
  for (LedgerState& ledger : state.ledgers) {
    ledger.view = in.number();
    in.read(ledger.log);
    if (mutated_) ledger.unpropagated = in.number() != 0;
  }
  return state;
}

}  // namespace tidemark::model
