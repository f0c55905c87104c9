// SPDX-License-Identifier: MIT
//
// Tracker: on random graphs, under random changes, always the frontiers of the definition.
//
// Four properties apply nearly 500,000 batches and compare every frontier after each of them. For
// more: RC_PARAMS="seed=1 max_success=100000".
#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/tracker.hpp>

#include <tests/progress/random_topology.hpp>
#include <tests/reference/naive_tracker.hpp>
#include <tests/support.hpp>

namespace tidemark {
namespace {

using Pair = Product<Epoch, Epoch>;
using tests::Draw;
using tests::Tape;

constexpr int cases = 5000;  // of each property: more than 100,000 batches

/// How much a property has seen, to notice when random graphs become too simple.
struct Seen {
  int graphs = 0;
  int loops = 0;  // graphs with at least one
  int batches = 0;
  int moves = 0;  // of frontiers
};

/// A tracker beside its oracle on one graph, and the script of what was done to them.
template <Timestamp T>
class Comparison {
 public:
  using Batch = ChangeBatch<Pointstamp<T>>;

  Comparison(Topology<T> topology, Seen& seen)
      : topology_(std::make_shared<const Topology<T>>(std::move(topology))),
        tracker_(topology_),
        oracle_(*topology_),
        seen_(seen) {
    bool has_loop = false;
    for (std::uint32_t p = 0; p != shape().size(); ++p) has_loop |= in_loop(p);
    ++seen_.graphs;
    seen_.loops += has_loop ? 1 : 0;
  }

  std::uint32_t locations() const { return topology_->locations(); }
  const tests::NaiveTracker<T>& oracle() const { return oracle_; }
  const Tracker<T>& tracker() const { return tracker_; }

  /// Applies a batch to both and compares them; `monotone` says that no frontier may move back.
  void apply(Batch batch, bool monotone) {
    script_.push_back(batch.view());
    ++seen_.batches;
    std::set<LocationId> touched;
    for (const auto& [pointstamp, diff] : batch.view()) {
      const Antichain<T> own = tracker_.counts(pointstamp.location).frontier();
      tracker_.update(pointstamp, diff);
      oracle_.update(pointstamp, diff);
      own_before_.try_emplace(pointstamp.location, own);
    }
    for (const auto& [location, own] : own_before_)
      if (!(own == tracker_.counts(location).frontier())) touched.insert(location);
    own_before_.clear();

    std::vector<Antichain<T>> before;
    for (std::uint32_t l = 0; l != locations(); ++l) before.push_back(tracker_.frontier({l}));
    std::vector<LocationId> moved;
    const std::uint64_t visits = tracker_.visits();
    tracker_.propagate([&](LocationId location, const Antichain<T>& from, const Antichain<T>& to) {
      moved.push_back(location);
      expect(from == before[location.value], "reports the old frontier", location);
      expect(!(from == to), "reports a frontier only if it has moved", location);
      expect(!monotone || from.dominates(to), "never moves a frontier back", location);
      expect(to == tracker_.frontier(location), "reports the new frontier", location);
    });
    seen_.moves += static_cast<int>(moved.size());

    for (std::uint32_t l = 0; l != locations(); ++l) {
      expect(tracker_.frontier({l}) == oracle_.frontier({l}), "agrees with the oracle", {l});
      const bool reported = std::ranges::count(moved, LocationId{l}) != 0;
      expect(std::ranges::count(moved, LocationId{l}) <= 1, "reports a location once", {l});
      expect(reported || tracker_.frontier({l}) == before[l], "reports every move", {l});
    }
    for (const LocationId location : moved)
      for (const ShapeEdge& edge : shape().successors(position(location)))
        if (!same_component(position(location), edge.position))
          touched.insert({shape().vertex_at(edge.position)});
    expect(tracker_.visits() - visits == expected_visits(touched),
           "visits once what has changed itself or behind a change, and nothing else", {0});
  }

  /// Every count is zero: no frontier may be left over, and no memory of the counts.
  void expect_end() {
    expect(tracker_.empty(), "is empty at the end", {0});
    for (std::uint32_t l = 0; l != locations(); ++l)
      expect(tracker_.frontier({l}).empty(), "leaves no ghost behind", {l});
    expect(tracker_ == Tracker<T>(topology_), "equals a new tracker at the end", {0});
  }

 private:
  const FrozenShape& shape() const { return topology_->shape(); }
  std::uint32_t position(LocationId location) const { return shape().position_of(location.value); }
  bool same_component(std::uint32_t p, std::uint32_t q) const {
    return shape().component_begin(p) == shape().component_begin(q);
  }
  bool in_loop(std::uint32_t p) const {
    return shape().component_end(p) - shape().component_begin(p) > 1;
  }

  /// One for each acyclic location. In a loop one for each label: those that the search begins
  /// with, and those by which each timestamp of the result is passed on, once.
  std::uint64_t expected_visits(const std::set<LocationId>& touched) const {
    std::set<std::uint32_t> components;
    for (const LocationId location : touched)
      components.insert(shape().component_begin(position(location)));
    std::uint64_t visits = 0;
    for (const std::uint32_t first : components) {
      if (!in_loop(first)) {
        ++visits;
        continue;
      }
      for (std::uint32_t p = first; p != shape().component_end(first); ++p) {
        visits += tracker_.counts({shape().vertex_at(p)}).frontier().size();
        for (const ShapeEdge& edge : shape().predecessors(p))
          for (const T& time : tracker_.frontier({shape().vertex_at(edge.position)}))
            visits += topology_->summary(edge.edge).results_in(time).has_value() ? 1 : 0;
      }
    }
    return visits;
  }

  void expect(bool promise, const char* what, LocationId location) const {
    if (promise) return;
    std::ostringstream text;
    text << "broken: the tracker " << what << ", at " << topology_->describe(location)
         << "\n  tracker " << tracker_.frontier(location) << ", oracle "
         << oracle_.frontier(location) << "\nthe graph:\n"
         << tests::to_text(*topology_) << "the batches:\n";
    for (const auto& batch : script_) {
      text << ' ';
      for (const auto& [pointstamp, diff] : batch)
        text << "  " << topology_->describe(pointstamp.location) << ' ' << pointstamp.time << ' '
             << (diff > 0 ? "+" : "") << diff;
      text << '\n';
    }
    RC_FAIL(text.str());
  }

  std::shared_ptr<const Topology<T>> topology_;
  Tracker<T> tracker_;
  tests::NaiveTracker<T> oracle_;
  Seen& seen_;
  std::map<LocationId, Antichain<T>> own_before_;
  std::vector<typename std::vector<typename Batch::Change>> script_;
};

/// The pointstamps of a run that obeys the batch rule: what is produced could result from something
/// that was held before the batch.
template <Timestamp T>
class LegalRun {
 public:
  LegalRun(Topology<T> topology, Seen& seen) : both_(std::move(topology), seen) {}

  void begin(Tape& tape) {
    ChangeBatch<Pointstamp<T>> batch;
    for (std::uint32_t n = 1 + tape.below(4); n != 0; --n) {
      const std::uint32_t location = tape.below(both_.locations());
      change({{location}, Draw<T>::time(tape)}, +1, batch);
    }
    both_.apply(std::move(batch), false);
  }

  void step(Tape& tape) {
    ChangeBatch<Pointstamp<T>> batch;
    const auto held = live_;
    for (std::uint32_t n = 1 + tape.below(3); n != 0; --n) {
      if (held.empty()) break;
      const Pointstamp<T> support = pick(held, tape);
      const bool crowded = live_.size() > 10;
      if ((crowded || tape.below(3) != 2) && consumed_[support] < held.at(support)) {
        ++consumed_[support];
        change(support, -1, batch);
      }
      for (std::uint32_t children = crowded ? 0 : tape.below(3); children != 0; --children) {
        const auto& paths = both_.oracle().paths(support.location);
        const auto& [to, summary] =
            *std::next(paths.begin(), tape.below(std::min<std::size_t>(paths.size(), 256)));
        auto time = summary.results_in(support.time);
        if (time && tape.below(4) == 3) time = Draw<T>::advancing(tape).results_in(*time);
        if (time) change({to, *time}, +1, batch);
      }
    }
    consumed_.clear();
    both_.apply(std::move(batch), true);
  }

  /// Retracts everything that is left, in an order of the tape.
  void end(Tape& tape) {
    while (!live_.empty()) {
      ChangeBatch<Pointstamp<T>> batch;
      for (std::uint32_t n = 1 + tape.below(3); n != 0 && !live_.empty(); --n)
        change(pick(live_, tape), -1, batch);
      both_.apply(std::move(batch), true);
    }
    both_.expect_end();
  }

 private:
  using Counts = std::map<Pointstamp<T>, std::int64_t>;

  static Pointstamp<T> pick(const Counts& counts, Tape& tape) {
    return std::next(counts.begin(), tape.below(std::min<std::size_t>(counts.size(), 256)))->first;
  }

  void change(const Pointstamp<T>& pointstamp, std::int64_t diff,
              ChangeBatch<Pointstamp<T>>& batch) {
    batch.update(pointstamp, diff);
    if ((live_[pointstamp] += diff) == 0) live_.erase(pointstamp);
  }

  Comparison<T> both_;
  Counts live_, consumed_;
};

/// Random cases are worth something if they are rich enough; this notices when they are no longer.
void check_worth(const Seen& seen) {
  INFO(seen.graphs << " graphs, " << seen.loops << " with a loop, " << seen.batches << " batches, "
                   << seen.moves << " moves of frontiers");
  if (tests::replaying()) return;
  CHECK(seen.graphs >= cases);
  CHECK(seen.loops >= seen.graphs / 3);
  CHECK(seen.batches >= 15 * seen.graphs);
  CHECK(seen.moves >= seen.batches / 2);
}

template <Timestamp T>
void check_legal_runs() {
  Seen seen;
  tests::check_property(cases, [&] {
    Tape graph = tests::draw_tape("graph", 300);
    Tape script = tests::draw_tape("script", 400);
    Tape retractions = tests::draw_tape("retractions", 40);
    LegalRun<T> run(tests::TopologyDrawer<T>::draw(graph), seen);
    run.begin(script);
    while (!script.at_end()) run.step(script);
    run.end(retractions);
  });
  check_worth(seen);
}

/// Any changes at all: counts go below zero and come back, frontiers move to and fro.
template <Timestamp T>
void check_any_changes() {
  Seen seen;
  tests::check_property(cases, [&] {
    Tape graph = tests::draw_tape("graph", 300);
    Tape script = tests::draw_tape("script", 300);
    Comparison<T> both(tests::TopologyDrawer<T>::draw(graph), seen);
    std::map<Pointstamp<T>, std::int64_t> sums;
    while (!script.at_end()) {
      ChangeBatch<Pointstamp<T>> batch;
      for (std::uint32_t n = 1 + script.below(3); n != 0; --n) {
        const LocationId location{script.below(both.locations())};
        const Pointstamp<T> pointstamp{location, Draw<T>::time(script)};
        const std::int64_t diff = std::int64_t{script.below(5)} - 2;
        batch.update(pointstamp, diff);
        sums[pointstamp] += diff;
      }
      both.apply(std::move(batch), false);
    }
    for (const auto& [pointstamp, sum] : sums) both.apply({{pointstamp, -sum}}, false);
    both.expect_end();
  });
  check_worth(seen);
}

TEST_CASE("frontiers of epochs are those of the definition and move forward in legal runs",
          "[tracker][oracle]") {
  check_legal_runs<Epoch>();
}

TEST_CASE("frontiers of pairs are those of the definition and move forward in legal runs",
          "[tracker][oracle]") {
  check_legal_runs<Pair>();
}

TEST_CASE("frontiers of epochs are those of the definition under any changes of counts",
          "[tracker][oracle]") {
  check_any_changes<Epoch>();
}

TEST_CASE("frontiers of pairs are those of the definition under any changes of counts",
          "[tracker][oracle]") {
  check_any_changes<Pair>();
}

}  // namespace
}  // namespace tidemark
