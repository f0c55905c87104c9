// SPDX-License-Identifier: MIT
//
// The model of event time: a source whose parts promise, and a step that goes by their promises.
#pragma once

#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/report_gathering.hpp>

#include <tests/model/interned.hpp>
#include <tests/model/mutation.hpp>
#include <tests/model/state.hpp>
#include <tests/model/system.hpp>
#include <tests/model/violation.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::model {

using Number = std::uint32_t;
/// As an epoch: none is left. As a watermark: all parts have ended. The watermark 0 is nothing yet.
inline constexpr Number after_all = 255;

/// A watermark and a frontier in words: "the end", "{2}".
std::string watermark_named(Number watermark);
std::string frontier_named(Number frontier);

struct EventState {
  struct Part {
    Number epoch = 0;  ///< that it sends in; 0: before it is opened; after_all: it has ended
    Number sent = 0;   ///< how many of its records; the stamp of the n-th is n
    std::vector<Number> promised;  ///< by epoch: its watermark for those who have seen that end
    friend bool operator==(const Part&, const Part&) = default;
  };
  struct Record {
    enum Place : Number { nowhere, on_the_way, held };
    Number place = nowhere;
    Number worker = 0, epoch = 0;
    friend bool operator==(const Record&, const Record&) = default;
  };
  struct Worker {
    Number opened = false;
    Number sees = 0;          ///< the frontier of its step's input
    Number asked = 0;         ///< the frontier at which its step has looked at the watermark
    Number watermark = 0;     ///< up to which it has closed
    Id unreported = nothing;  ///< what it reports before it goes on; with mutants only
    friend bool operator==(const Worker&, const Worker&) = default;
  };

  Number faults_left = 0;
  std::vector<Part> parts;
  std::vector<Record> records;  ///< those of the first part, then of the second
  std::vector<Worker> workers;
  std::vector<Id> ledgers;
  Id gathered = 0;
  std::vector<Queue> links;
  friend bool operator==(const EventState&, const EventState&) = default;
};

/// Unlike Model, it has records, which have stamps. What workers report are whole production
/// batches; a ledger, and all stations, are production values. These are interned: a state has
/// their numbers. A ledger applies at once what comes to it, since workers see its frontier late.
class EventModel {
 public:
  using State = EventState;
  struct Step {
    enum class Kind : std::uint8_t {
      open,    ///< a worker opens its parts, and drops the capability that it began with
      send,    ///< a part sends its next record, to some worker
      end,     ///< it ends an epoch and goes on in a later one, or ends itself
      report,  ///< a worker reports what it has not yet (a mutant)
      see,     ///< it looks at the frontier that its ledger has published
      run,     ///< its step runs, and takes a record if one is named
      arrive,  ///< a batch of progress leaves its link
      gather,  ///< a station sends what it has gathered
    };
    Kind kind{};
    bool fault = false;
    Number worker = 0, part = 0, epoch = 0;
    std::optional<std::size_t> record{};
    std::size_t where = 0;  ///< the link or station
    Id batch = nothing;     ///< what is reported or arrives
  };
  using Visit = std::function<void(const Step&, const State&, const std::optional<Violation>&)>;

  /// Requires: the system has parts, and its program is straight().
  explicit EventModel(const System& system, const Mutation* mutation = nullptr);

  State initial(std::optional<Violation>& violation);
  void for_each_step(const State& state, const Visit& visit);
  /// Whether nothing exists, every ledger knows that, and every step has closed everything.
  bool is_end(const State& state) const;

  const Bytes& canonical(const State& state);
  State decode(std::span<const std::uint8_t> bytes) const;
  CheckedInvariants& invariants() { return checked_; }
  /// What is wrong with a state, if anything.
  std::optional<Violation> check(const State& state) const;

  std::string describe(const Step& step) const;
  /// What a batch of progress changes and promises.
  std::string describe_batch(Id id) const;
  /// How far ledgers and steps have come from one state to the next, a line each.
  std::string describe_moves(const State& before, const State& after) const;

 private:
  using Batch = ProgressBatch<Time>;
  /// A ledger, and by its readers the frontier at which each has asked: what it may forget.
  struct Books {
    Ledger<Time> ledger;
    std::vector<Number> asked;
    friend bool operator==(const Books&, const Books&) = default;
  };
  struct Risen {
    Number through, watermark;
  };
  struct Answer {
    Id books = 0;
    std::vector<Risen> risen;
  };

  // event_acts.cpp: what sources and steps do
  void acts_of(const State& state, Number worker, const Visit& visit);
  void open(const State& state, Step step, const Visit& visit);
  void send(const State& state, Step step, const Visit& visit);
  void end(const State& state, Step step, const Visit& visit);
  void run_step(const State& state, Step step, const Visit& visit);

  // event_model.cpp: what becomes of reports
  void report(State& state, Number worker, Id batch);
  void come(State& state, std::size_t station, Id batch);
  void apply(State& state, std::size_t ledger, Id batch);
  void links_and_stations(const State& state, const Visit& visit);
  template <typename Use>
  void with_stations(State& state, std::size_t station, Use use);
  const Answer& ask(Id books, Number worker, Number frontier);

  State blank() const;
  Number frontier_of(Id books) const;
  Number implied_watermark(const State& state, Number frontier) const;
  PartId part_id(Number part) const;
  std::uint32_t ledger_of(Number worker) const { return system_.layout.ledger_of_worker(worker); }
  Batch one(LocationId location, Number epoch, std::int64_t diff) const;
  Id intern(Batch batch);
  EventFault fault() const { return mutation_ ? mutation_->event_fault() : EventFault::none; }

  System system_;
  const Mutation* mutation_;
  LocationId source_, sink_;
  std::shared_ptr<const Routes> routes_;
  std::vector<Link> links_;
  std::vector<std::size_t> readers_;  // by worker: the number of its step at its ledger
  Interned<Batch> batches_;
  Interned<ReportGathering<Time>> stations_;
  Interned<Books> books_;
  Memo<Id> applied_;
  Memo<Answer> answers_;
  CheckedInvariants checked_;
  Bytes bytes_;
};

}  // namespace tidemark::model
