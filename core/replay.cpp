// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/trace/order.hpp>
#include <tidemark/core/trace/varint.hpp>
#include <tidemark/core/trace_file.hpp>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

/// As numbers of a file stand in memory; what is no such number is no dataflow's.
std::uint32_t small(std::uint64_t number) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

constexpr std::uint32_t most_workers = 1u << 20;

}  // namespace

/// What the trace tells, and how far the run has come in it.
struct Replay::Script {
  /// What is next in order.
  struct Next {
    std::uint32_t dataflow = 0;
    OrderEntry::What what{};
    std::uint32_t first = 0, second = 0;  // of its numbers
    std::vector<LocationId> locations{};  // that are given up

    std::string text() const;
  };

  void take_next();
  bool do_next();
  bool do_in_ledger(OrderedLedger& ledger);
  bool do_in_stations(OrderedStations& all);

  TracedRun run;
  std::vector<TracedDataflow> dataflows;
  std::vector<std::string> told;   // by worker
  std::vector<std::string> waits;  // by worker
  std::string order;
  VarintReader left;  // of it
  std::optional<Next> next;
  using DataflowAnd = std::pair<std::uint32_t, std::uint32_t>;
  std::map<DataflowAnd, std::shared_ptr<OrderedLedger>> ledgers;  // by ledger
  std::map<std::uint32_t, std::shared_ptr<OrderedStations>> stations;
  std::map<DataflowAnd, std::function<void()>> rests;  // by worker
  bool advancing = false;
  bool has_begun = false;
};

Replay::Replay(const std::string& path) try : script_(std::make_unique<Script>()) {
  read(TraceFile::open(path));
} catch (const ReplayError& error) {
  throw ReplayError("the run of '" + path + "' " + error.what());
}

Replay::Replay(const TraceFile& trace) : script_(std::make_unique<Script>()) {
  read(trace);
}

Replay::~Replay() = default;

void Replay::begin() {
  if (std::exchange(script_->has_begun, true))
    throw ConfigError("a Replay is for one run, and this one has been used; make another");
}

const TracedRun& Replay::run() const {
  return script_->run;
}

std::string_view Replay::told(std::uint32_t worker) const {
  return script_->told[worker];
}

void Replay::add(std::uint32_t dataflow, std::uint32_t ledger,
                 std::shared_ptr<OrderedLedger> ordered) {
  script_->ledgers.try_emplace({dataflow, ledger}, std::move(ordered));
}

void Replay::add_stations(std::uint32_t dataflow, std::shared_ptr<OrderedStations> stations) {
  script_->stations.try_emplace(dataflow, std::move(stations));
}

void Replay::end() {
  script_->rests.clear();
  script_->ledgers.clear();
  script_->stations.clear();
}

void Replay::read(const TraceFile& trace) {
  Script& script = *script_;
  script.run = trace.run();
  script.dataflows = trace.dataflows();
  if (script.run.workers > most_workers) throw BadTrace("tells of a run with too many workers");
  script.told.resize(script.run.workers);
  script.waits.resize(script.run.workers);
  std::vector<std::map<std::uint64_t, std::string_view>> chunks(script.run.workers);
  std::deque<std::string> blocks;  // which they lie in
  trace.for_each_description([&](std::string_view tag, std::string_view bytes) {
    if (tag == "ordr") script.order += bytes;
    if (tag != "told") return;
    for (VarintReader block(blocks.emplace_back(bytes)); !block.at_end();) {
      const std::uint64_t worker = block.take();
      VarintReader chunk(block.take_bytes(block.take()));
      const std::uint64_t number = chunk.take();
      if (worker < chunks.size()) chunks[worker].emplace(number, chunk.take_bytes(chunk.size()));
    }
  });
  for (std::size_t worker = 0; worker != chunks.size(); ++worker)
    for (std::uint64_t next = 0; const auto& [number, bytes] : chunks[worker])
      if (number == next++) script.told[worker] += bytes;  // what is missing ends it
  if (!script.run.tells_outside || script.order.empty())
    throw ReplayError(
        "cannot be replayed: its trace does not tell what came from outside (that of a part of a "
        "run, of one that went on from what a store had, and of one whose reports pass the virtual "
        "network does not; the last goes the same way again with its seed)");
  script.left = VarintReader(script.order);
  script.take_next();
}

void Replay::require_same(std::uint32_t dataflow, const TracedDataflow& described) const {
  if (dataflow >= script_->dataflows.size())
    throw ReplayError("the program has built a dataflow '" + described.graph.name +
                      "', and its trace ends before that");
  const TracedDataflow& traced = script_->dataflows[dataflow];
  if (traced.ledgers != described.ledgers)
    throw ReplayError("the run that was traced had " + std::to_string(traced.ledgers) +
                      " ledgers, and this one has " + std::to_string(described.ledgers) +
                      "; give it the same Config::ledgers");
  for (std::size_t op = 0; op != std::max(traced.operators.size(), described.operators.size());
       ++op) {
    const std::string before = op < traced.operators.size() ? traced.operators[op].name : "";
    const std::string now = op < described.operators.size() ? described.operators[op].name : "";
    if (before != now)
      throw ReplayError("the program is not the one that was traced: step " + std::to_string(op) +
                        " of '" + described.graph.name + "' " +
                        (now.empty() ? "is missing" : "is '" + now + "'") + ", and was " +
                        (before.empty() ? "not there" : "'" + before + "'"));
  }
  if (traced.locations() != described.locations())
    throw ReplayError("the program is not the one that was traced: a step of '" +
                      described.graph.name + "' has other inputs or outputs");
}

void Replay::add_rest(std::uint32_t dataflow, std::uint32_t worker, std::function<void()> tell) {
  script_->rests.emplace(std::pair(dataflow, worker), std::move(tell));
  advance();
}

void Replay::note_wait(std::uint32_t worker, std::string what) {
  script_->waits[worker] = std::move(what);
}

std::string Replay::waits() const {
  std::string all;
  for (std::size_t worker = 0; worker != script_->waits.size(); ++worker)
    if (!script_->waits[worker].empty())
      all += "; worker " + std::to_string(worker) + " waits for " + script_->waits[worker];
  if (!script_->next) return all;
  return all + "; next in order is, in dataflow " + std::to_string(script_->next->dataflow) + ", " +
         script_->next->text();
}

void Replay::advance() {
  if (std::exchange(script_->advancing, true)) return;
  struct Done {
    bool* advancing;
    ~Done() { *advancing = false; }
  } const done{&script_->advancing};
  while (script_->next && script_->do_next()) {
    ++progress_;
    script_->take_next();
  }
}

std::string Replay::Script::Next::text() const {
  using enum OrderEntry::What;
  const auto with = [](const char* text, std::uint32_t number) {
    return text + std::to_string(number);
  };
  switch (what) {
    case published:
    case given_up:
      return with("a publication of ledger ", first);
    case rest:
      return with("the end of worker ", first);
    case applied:
      return with("what comes from station ", second);
    case watched:
      return with("that a frontier is read at worker ", second);
    case reported:
      return with("a report of worker ", first);
    case arrived:
      return with("what arrives at station ", first);
    case sent:
      break;
  }
  return with("what leaves station ", first);
}

void Replay::Script::take_next() {
  using enum OrderEntry::What;
  next.reset();
  if (left.at_end()) return;
  Next taken{.dataflow = small(left.take())};
  const std::uint64_t what = left.take();
  if (what >= OrderEntry::kinds)
    throw BadTrace("tells of something in order that this version does not know");
  taken.what = static_cast<OrderEntry::What>(what);
  taken.first = small(left.take());
  if (taken.what == applied || taken.what == watched || taken.what == arrived)
    taken.second = small(left.take());
  if (taken.what == given_up)
    for (std::uint64_t locations = left.take(); locations != 0; --locations)
      taken.locations.push_back({small(left.take())});
  next = std::move(taken);
}

/// False if what is next has not been reported yet.
bool Replay::Script::do_next() {
  using enum OrderEntry::What;
  if (next->what == rest) {
    const auto rest = rests.find({next->dataflow, next->first});
    if (rest == rests.end()) return false;
    const auto tell = std::move(rest->second);
    rests.erase(rest);
    if (tell) tell();
    return true;
  }
  if (next->what == reported || next->what == sent || next->what == arrived) {
    const auto of = stations.find(next->dataflow);
    return of != stations.end() && do_in_stations(*of->second);
  }
  const auto ledger = ledgers.find({next->dataflow, next->first});
  return ledger != ledgers.end() && do_in_ledger(*ledger->second);
}

bool Replay::Script::do_in_stations(OrderedStations& all) {
  using enum OrderEntry::What;
  if (next->what == reported) return all.take_next_of(next->first);
  if (next->what == arrived) return all.take_next_from(next->first, next->second);
  all.send_from(next->first);
  return true;
}

bool Replay::Script::do_in_ledger(OrderedLedger& ledger) {
  using enum OrderEntry::What;
  if (next->what == applied) return ledger.apply_next_of(next->second);
  if (next->what == watched) return ledger.watch_next_of(next->second);
  if (next->what == published) {
    ledger.finish_group();
    return true;
  }
  for (const LocationId location : next->locations)
    if (next->dataflow >= dataflows.size() ||
        location.value >= dataflows[next->dataflow].locations())
      throw ReplayError("the trace tells of a location that is not there");
  ledger.give_up(next->locations);
  return true;
}

}  // namespace tidemark
