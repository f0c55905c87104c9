// SPDX-License-Identifier: MIT
#include <tests/model/search.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <span>

namespace tidemark::model {
namespace {

using Index = std::uint32_t;  // of a state
constexpr Index none = ~Index{0};

/// The states seen, as bytes behind each other, and a hash table of their numbers.
class SeenStates {
 public:
  SeenStates() : table_(1 << 12, none) {}

  Index size() const { return static_cast<Index>(begins_.size() - 1); }
  std::span<const std::uint8_t> operator[](Index number) const {
    return std::span(bytes_).subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }

  /// The number of a state, and whether it is new.
  std::pair<Index, bool> add(const Bytes& state) {
    if (size() * std::uint64_t{2} >= table_.size()) grow();
    const std::uint64_t hash = hash_of(state);
    std::size_t slot = hash & (table_.size() - 1);
    for (; table_[slot] != none; slot = (slot + 1) & (table_.size() - 1))
      if (std::ranges::equal((*this)[table_[slot]], state)) return {table_[slot], false};
    table_[slot] = size();
    bytes_.insert(bytes_.end(), state.begin(), state.end());
    begins_.push_back(bytes_.size());
    return {size() - 1, true};
  }

 private:
  static std::uint64_t hash_of(std::span<const std::uint8_t> bytes) {
    std::uint64_t hash = bytes.size();
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data(), 8);
      hash = mixed(hash ^ word);
    }
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    return mixed(hash ^ word);
  }
  static std::uint64_t mixed(std::uint64_t z) {  // splitmix64
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  void grow() {
    table_.assign(table_.size() * 2, none);
    for (Index n = 0; n != size(); ++n) {
      std::size_t slot = hash_of((*this)[n]) & (table_.size() - 1);
      while (table_[slot] != none) slot = (slot + 1) & (table_.size() - 1);
      table_[slot] = n;
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint64_t> begins_{0};
  std::vector<Index> table_;
};

template <typename M>
class Search {
 public:
  Search(M& model, const SearchOptions& options) : model_(&model), options_(&options) {}

  Found run() {
    const auto begin = std::chrono::steady_clock::now();
    explore();
    if (!found_.violation && found_.complete) look_for_ends();
    found_.states = seen_.size();
    found_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(found_);
  }

 private:
  void explore() {
    std::optional<Violation> violation;
    const typename M::State initial = model_->initial(violation);
    add(initial, none);
    if (!violation) violation = model_->check(initial);
    if (violation) return break_at(std::move(*violation), 0, none);

    Index level_end = 1;  // of the states that are found_.depth steps away
    for (Index n = 0; n != seen_.size(); ++n) {
      if (n == level_end) {
        level_end = seen_.size();
        ++found_.depth;
      }
      if (seen_.size() > options_->max_states) return;
      if (options_->tell && n % 4096 == 0) options_->tell(seen_.size());
      const typename M::State state = model_->decode(seen_[n]);
      if (model_->is_end(state)) ++found_.ends, is_end_.push_back(n);
      model_->for_each_step(
          state, [&](const auto&, const auto& next, const std::optional<Violation>& wrong) {
            if (found_.violation) return;
            ++found_.transitions;
            if (wrong && model_->invariants().checks(wrong->invariant))
              return break_at(*wrong, n, n);
            const auto [number, is_new] = add(next, n);
            edges_.push_back(number);
            if (!is_new) return;
            if (auto broken = model_->check(next)) break_at(std::move(*broken), number, none);
          });
      if (found_.violation) return;
      sort_edges();
    }
    found_.complete = true;
  }

  std::pair<Index, bool> add(const typename M::State& state, Index from) {
    const auto added = seen_.add(model_->canonical(state));
    if (added.second) parents_.push_back(from);
    return added;
  }

  void sort_edges() {
    const auto first = edges_.begin() + static_cast<std::ptrdiff_t>(edge_begins_.back());
    std::sort(first, edges_.end());
    edges_.erase(std::unique(first, edges_.end()), edges_.end());
    edge_begins_.push_back(edges_.size());
  }

  /// The way to `last`, and one step more if that is taken from `from`.
  void break_at(Violation violation, Index last, Index from) {
    found_.violation = std::move(violation);
    for (Index n = last; n != none; n = parents_[n])
      found_.way.emplace_back(seen_[n].begin(), seen_[n].end());
    std::ranges::reverse(found_.way);
    found_.steps = static_cast<std::uint32_t>(found_.way.size()) - (from == none ? 1 : 0);
  }

  /// Follows the edges backwards from the ends. Most steps make something less, so that few sweeps
  /// from the last state to the first are enough.
  void look_for_ends() {
    if (!model_->invariants().checks(Invariant::end)) return;
    std::vector<bool> leads_to_end(seen_.size());
    for (const Index n : is_end_) leads_to_end[n] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (Index n = seen_.size(); n-- != 0;) {
        if (leads_to_end[n]) continue;
        for (std::uint64_t e = edge_begins_[n]; e != edge_begins_[n + 1]; ++e)
          if (leads_to_end[edges_[e]]) {
            leads_to_end[n] = changed = true;
            break;
          }
      }
    }
    for (Index n = 0; n != seen_.size(); ++n)
      if (!leads_to_end[n])
        return break_at(
            {Invariant::end,
             "from here on no way leads to an end at which every frontier is empty and all is "
             "closed"},
            n, none);
  }

  M* model_;
  const SearchOptions* options_;
  Found found_;
  SeenStates seen_;
  std::vector<Index> parents_;
  std::vector<Index> is_end_;
  std::vector<Index> edges_;  // by state, from edge_begins_ on
  std::vector<std::uint64_t> edge_begins_{0};
};

}  // namespace

template <typename M>
Found search(M& model, const SearchOptions& options) {
  return Search<M>(model, options).run();
}

/// Goes the way again, from the concrete beginning, each time by a step to a state whose canonical
/// form is the next one.
template <typename M>
Walk<M> walk(M& model, const Found& found) {
  Walk<M> walk{found.violation.value()};
  std::optional<Violation> wrong;
  walk.states.push_back(model.initial(wrong));
  for (std::size_t i = 1; i <= found.steps; ++i) {
    const bool to_state = i != found.way.size();
    bool done = false;
    const typename M::State here = walk.states.back();
    model.for_each_step(here, [&](const auto& step, const auto& next,
                                  const std::optional<Violation>& violation) {
      if (done) return;
      const bool is_it = to_state ? model.canonical(next) == found.way[i]
                                  : violation && violation->invariant == walk.violation.invariant;
      if (!is_it) return;
      done = true;
      walk.steps.push_back(step);
      walk.states.push_back(next);
      if (!to_state) wrong = violation;
    });
  }
  if (!wrong) wrong = model.check(walk.states.back());
  if (wrong && wrong->invariant == walk.violation.invariant) walk.violation = *wrong;
  return walk;
}

template Found search(Model&, const SearchOptions&);
template Found search(EventModel&, const SearchOptions&);
template Walk<Model> walk(Model&, const Found&);
template Walk<EventModel> walk(EventModel&, const Found&);

}  // namespace tidemark::model
