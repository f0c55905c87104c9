// SPDX-License-Identifier: MIT
#include <tests/model/event_model.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace tidemark::model {
namespace {

Time at(Number epoch) {
  return Time(epoch, 0, 0);
}
Number number_of(Mark mark) {
  if (mark == nothing_yet) return 0;
  return mark == end_of_time ? after_all : static_cast<Number>(mark);
}

/// Calls `number` with all of a state, in an order in which it can be read again.
template <typename State, typename Visit>
void for_each_number(State& state, Visit number) {
  const auto queue = [&](auto& of) {
    auto size = static_cast<Number>(of.size());
    number(size);
    if constexpr (!std::is_const_v<State>) of.resize(size);
    for (auto& batch : of) number(batch);
  };
  number(state.faults_left);
  for (auto& part : state.parts) {
    number(part.epoch), number(part.sent);
    for (auto& watermark : part.promised) number(watermark);
  }
  for (auto& record : state.records)
    number(record.place), number(record.worker), number(record.epoch);
  for (auto& worker : state.workers) {
    number(worker.opened), number(worker.sees), number(worker.asked), number(worker.watermark);
    number(worker.unreported);
  }
  for (auto& books : state.ledgers) number(books);
  number(state.gathered);
  for (auto& link : state.links) queue(link);
}

}  // namespace

EventModel::EventModel(const System& system, const Mutation* mutation)
    : system_(system),
      mutation_(mutation),
      source_(system_.program.topology->location(SourcePort{{0}, 0})),
      sink_(system_.program.topology->location(TargetPort{{1}, 0})),
      routes_(std::make_shared<const Routes>(system_.policy, system_.layout)),
      links_(links_of(*routes_)),
      readers_(system_.layout.workers) {
  intern({});  // it is `nothing`
}

/// With room for all that a state has.
EventModel::State EventModel::blank() const {
  State state;
  state.parts.resize(system_.parts.size());
  for (State::Part& part : state.parts) part.promised.resize(system_.bounds.epochs + 1);
  state.records.resize(system_.parts.size() * system_.bounds.batches);
  state.workers.resize(system_.layout.workers);
  state.ledgers.resize(system_.layout.ledgers());
  state.links.resize(links_.size());
  return state;
}

EventModel::State EventModel::initial(std::optional<Violation>&) {
  State state = blank();
  state.faults_left = mutation_ == nullptr ? 0 : mutation_->faults();
  const std::uint32_t ledgers = system_.layout.ledgers();
  state.gathered = stations_.add(ReportGathering<Time>(routes_), 0);
  for (std::uint32_t l = 0; l != ledgers; ++l) {
    Books books{Ledger<Time>(system_.program.topology,
                             ledgers == 1 ? NegativeCounts::forbidden : NegativeCounts::allowed),
                std::vector<Number>(system_.layout.workers)};
    books.ledger.apply(one(source_, 0, system_.layout.workers));
    books.ledger.propagate([](auto&&...) {});
    for (Number w = 0; w != system_.layout.workers; ++w) {
      books.ledger.watermarks().expect(source_, w);
      if (ledger_of(w) == l)
        readers_[w] = books.ledger.watermarks().add_reader({}, {{source_, {}}});
    }
    state.ledgers[l] = books_.add(std::move(books), l);
  }
  return state;
}

void EventModel::for_each_step(const State& state, const Visit& visit) {
  for (Number w = 0; w != state.workers.size(); ++w) acts_of(state, w, visit);
  links_and_stations(state, visit);
}

void EventModel::report(State& state, Number worker, Id batch) {
  if (routes_->tells_own_ledger(worker))
    come(state, routes_->number_of({Station::Kind::ledger, ledger_of(worker)}), batch);
  if (!routes_->next(worker).empty()) come(state, worker, batch);
}

void EventModel::come(State& state, std::size_t station, Id batch) {
  const Station to = routes_->station(station);
  if (to.kind != Station::Kind::ledger)
    return with_stations(state, station, [&](ReportGathering<Time>& stations) {
      return stations.take_in(station, batches_[batch], [](const auto&) { return true; });
    });
  apply(state, to.index, batch);
}

/// Has `station` send if `use(stations)` says so.
template <typename Use>
void EventModel::with_stations(State& state, std::size_t station, Use use) {
  ReportGathering<Time> stations = stations_[state.gathered];
  if (use(stations))
    stations.send_all(station, [&](std::size_t to, const Batch& batch) {
      const auto link = std::ranges::find_if(
          links_, [&](const Link& l) { return l.from == station && l.to == to; });
      state.links[static_cast<std::size_t>(link - links_.begin())].push_back(intern(batch));
    });
  std::size_t hash = 0;
  for (std::size_t s = 0; s != routes_->size(); ++s)
    hash = hash * 31 + (s << 8) * stations.at(s).batches + stations.at(s).gathered.changes().size();
  state.gathered = stations_.add(std::move(stations), hash);
}

void EventModel::apply(State& state, std::size_t ledger, Id batch) {
  Id& books = state.ledgers[ledger];
  const auto [known, is_new] = applied_.try_emplace(pair_of(books, batch));
  if (is_new) {
    Books next = books_[books];
    next.ledger.apply(batches_[batch]);
    next.ledger.propagate([](auto&&...) {});
    const std::size_t hash = std::hash<Ledger<Time>>{}(next.ledger);
    known->second = books_.add(std::move(next), hash);
  }
  books = known->second;
}

void EventModel::links_and_stations(const State& state, const Visit& visit) {
  using Kind = Step::Kind;
  for (std::size_t l = 0; l != state.links.size(); ++l) {
    if (state.links[l].empty()) continue;
    State next = state;
    const Id batch = next.links[l].front();
    next.links[l].erase(next.links[l].begin());
    come(next, links_[l].to, batch);
    visit({.kind = Kind::arrive, .where = l, .batch = batch}, next, {});
  }
  for (std::size_t s = 0; s != routes_->size(); ++s) {
    if (stations_[state.gathered].at(s).batches == 0) continue;
    State next = state;
    with_stations(next, s, [](const auto&) { return true; });
    visit({.kind = Kind::gather, .where = s}, next, {});
  }
}

/// What a reader is told at `frontier`, and the ledger that has told it.
const EventModel::Answer& EventModel::ask(Id books, Number worker, Number frontier) {
  const auto [known, is_new] = answers_.try_emplace(pair_of(books, worker << 8 | frontier));
  Answer& answer = known->second;
  if (!is_new) return answer;
  Books next = books_[books];
  const Antichain<Time> seen =
      frontier == after_all ? Antichain<Time>{} : Antichain<Time>{at(frontier)};
  next.ledger.watermarks().follow(readers_[worker], seen, [&](const Time& time, Mark mark) {
    answer.risen.push_back({static_cast<Number>(time.time.value), number_of(mark)});
  });
  if (frontier != after_all) next.asked[worker] = frontier;  // else it is not to ask again
  const std::size_t hash = std::hash<Ledger<Time>>{}(next.ledger);
  answer.books = books_.add(std::move(next), hash);
  return answer;
}

Number EventModel::frontier_of(Id books) const {
  const Antichain<Time>& frontier = books_[books].ledger.frontier(sink_);
  return frontier.empty() ? after_all : static_cast<Number>(frontier.begin()->time.value);
}

/// The least that the parts have promised of what comes after the epochs that `frontier` has
/// passed.
Number EventModel::implied_watermark(const State& state, Number frontier) const {
  if (frontier == 0) return 0;
  Number least = after_all;
  for (const State::Part& part : state.parts)
    least = std::min(least, part.promised[std::min(frontier - 1, system_.bounds.epochs)]);
  return least;
}

std::optional<Violation> EventModel::check(const State& state) const {
  if (!checked_.checks(Invariant::frontier_decides)) return {};
  for (Number w = 0; w != state.workers.size(); ++w) {
    const State::Worker& at = state.workers[w];
    const Number implied = implied_watermark(state, at.asked);
    if (at.watermark != implied)
      return Violation{Invariant::frontier_decides,
                       "at worker " + std::to_string(w) + " the watermark at the frontier " +
                           frontier_named(at.asked) + " is " + watermark_named(at.watermark) +
                           ", and by what the parts have promised it is " +
                           watermark_named(implied),
                       ledger_of(w)};
  }
  return {};
}

bool EventModel::is_end(const State& state) const {
  const auto none = [](const auto& queue) { return queue.empty(); };
  return std::ranges::all_of(state.workers,
                             [](const State::Worker& w) { return w.watermark == after_all; }) &&
         std::ranges::all_of(state.ledgers, [&](Id id) { return books_[id].ledger.empty(); }) &&
         std::ranges::all_of(state.links, none) &&
         std::ranges::all_of(state.records, [](const State::Record& record) {
           return record.place == State::Record::nowhere;
         });
}

const Bytes& EventModel::canonical(const State& state) {
  bytes_.clear();
  for_each_number(state, [&](Number value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  });
  return bytes_;
}

EventModel::State EventModel::decode(std::span<const std::uint8_t> bytes) const {
  State state = blank();
  auto next = bytes.begin();
  for_each_number(state, [&](Number& value) {
    value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const Number byte = *next++;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return;
    }
  });
  return state;
}

PartId EventModel::part_id(Number part) const {
  return {source_, system_.parts[part], part};
}

EventModel::Batch EventModel::one(LocationId location, Number epoch, std::int64_t diff) const {
  Batch batch{{{location, at(epoch)}, diff}};
  batch.compact();
  return batch;
}

Id EventModel::intern(Batch batch) {
  batch.compact();
  std::size_t hash = batch.watermarks().size();
  for (const auto& [pointstamp, diff] : batch.changes())
    hash = hash * 31 + pointstamp.location.value * 7 + pointstamp.time.time.value;
  return batches_.add(std::move(batch), hash);
}

}  // namespace tidemark::model
