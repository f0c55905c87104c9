// SPDX-License-Identifier: MIT
//
// The model of one system: its states, and what can happen in each.
#pragma once

#include <tests/model/invariants.hpp>
#include <tests/model/mutation.hpp>
#include <tests/model/state.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tidemark::model {

/// What happens between two states.
struct Step {
  enum class Kind : std::uint8_t {
    consume,    ///< a worker takes a batch of data, and for each output sends, keeps, or nothing
    send,       ///< it sends a batch by a capability that it keeps
    downgrade,  ///< it moves a capability on by one
    drop,       ///< it gives one up
    duplicate,  ///< it has another one at the same pointstamp
    gain,       ///< it makes one of a frontier that it sees (a mutant)
    open,       ///< it opens a batch of data (a mutant)
    flush,      ///< it sends that (a mutant)
    report,     ///< it reports what it has not yet (a mutant)
    arrive,     ///< a batch of progress leaves its link
    gather,     ///< a station sends what it has gathered
    combine,    ///< a ledger applies what is in its log, propagates once and publishes
    propagate,  ///< it propagates what it has published before (a mutant)
  };
  /// What becomes of a consumed batch at one connection.
  struct Output {
    enum class Kind : std::uint8_t { none, send, keep } kind{};
    Stamp stamp = 0;
    std::uint16_t to = 0;
  };

  Kind kind{};
  bool fault = false;  ///< not in the right way
  std::uint16_t worker = 0;
  Stamp from = 0, to = 0;  ///< pointstamps concerned
  std::array<Output, 3> outputs{};
  std::uint32_t connections = 0;  ///< how many of them there are
  std::uint32_t where = 0;        ///< the link, station or ledger
  std::uint32_t how_many = 0;     ///< combine: batches
  Id batch = nothing;             ///< what is reported, arrives or leaves
  Arrival arrival{};
};

class Model {
 public:
  using State = model::State;
  using Step = model::Step;

  explicit Model(const System& system, const Mutation* mutation = nullptr);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const System& system() const { return system_; }
  const Topology<Time>& topology() const { return *system_.program.topology; }
  const Pointstamps& pointstamps() const { return pointstamps_; }
  Counts& counts() { return counts_; }
  Views& views() { return views_; }
  const Stations& stations() const { return stations_; }
  Symmetry& symmetry() { return symmetry_; }
  Invariants& invariants() { return invariants_; }

  State initial(std::optional<Violation>& violation);

  /// What the search asks of a model.
  const Bytes& canonical(const State& state) { return symmetry_.canonical(state); }
  State decode(std::span<const std::uint8_t> bytes) const { return symmetry_.decode(bytes); }
  std::optional<Violation> check(const State& state) { return invariants_.check(state); }

  /// Called for each thing that can happen in a state, with the state after it.
  using Visit = std::function<void(const Step&, const State&, const std::optional<Violation>&)>;
  void for_each_step(const State& state, const Visit& visit);

  /// Whether nothing exists and every ledger knows that.
  bool is_end(const State& state);

  /// "worker 1 consumes 0 at sink.in0"
  std::string describe(const Step& step);

 private:
  using Ways = std::vector<std::vector<Id>>;

  // acts.cpp: what workers do
  void acts_of(const State& state, std::uint32_t worker, const Visit& visit);
  void consume(const State& state, Step step, std::size_t connection, const Visit& visit);
  void use_capability(const State& state, Step step, const Visit& visit);
  void use_open_buffers(const State& state, Step step, const Visit& visit);
  void gain_from_frontiers(const State& state, Step step, const Visit& visit);
  /// Calls `to(target pointstamp, worker)` for each way to send at a source pointstamp.
  template <typename To>
  void for_each_destination(Stamp source, std::uint32_t worker, To to) const;
  /// `next` is `state` after an act of `step.worker`, which has not been reported.
  void report(const State& state, State next, Step step, Id batch, const Visit& visit);

  // network.cpp: what happens to reports
  void report_now(State& state, std::uint32_t worker, Id batch,
                  std::optional<Violation>& violation);
  void come(State& state, std::size_t station, Id batch, std::optional<Violation>& violation);
  void send(State& state, std::size_t station, const Stations::Outcome& outcome);
  void combine(State& state, std::uint32_t ledger, std::size_t how_many,
               std::optional<Violation>& violation);
  void links_and_stations(const State& state, const Visit& visit);
  void ledgers(const State& state, const Visit& visit);

  System system_;
  const Mutation* mutation_;
  Pointstamps pointstamps_;
  Counts counts_;
  Views views_;
  Stations stations_;
  Symmetry symmetry_;
  Invariants invariants_;
  std::vector<std::vector<std::pair<LocationId, bool>>> channels_;  // by source; whether exchanges
};

}  // namespace tidemark::model
