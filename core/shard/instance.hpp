// SPDX-License-Identifier: MIT
//
// An instance: one worker's shard of one dataflow, and the step that drives it.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/observe/batch_rule.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/progress/index_set.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {

/// Thread: its worker.
template <Timestamp T>
class Instance final : public DataflowInstance {
 public:
  Instance(Worker& worker, std::uint32_t index) : worker_(&worker), index_(index) {}

  ~Instance() override {
    cancel();
    for (auto& [to, envelope] : outbox_) envelope->release();
    for (InquiryEnvelope<T>* inquiry : inquiries_) inquiry->release();
    operators.clear();  // before the ports that their logic refers to
  }

  Worker& worker() { return *worker_; }
  std::uint32_t index() const { return index_; }
  ProgressBatch<T>& pending() { return pending_; }

  /// The pool of this worker for batches of `Item`.
  template <Timestamp Seen, typename Item>
  BatchPool<Seen, Item>& batches() {
    return worker_->process().template pool<BatchPool<Seen, Item>>(worker_->index());
  }

  /// Connects this shard with those of the other workers. Called once, when all of it is built.
  void attach(std::shared_ptr<SharedDataflow<T>> shared) {
    shared_ = std::move(shared);
    ledger_ = &shared_->ledger_of(worker_->index());
    stations_ = shared_->stations();
    process_index_ = layout_of(worker_->process().config()).process_of_worker(worker_->index());
    trace_ = shared_->trace();
    check_ = worker_->process().config().check;
    entries_ = &shared_->entries_of(worker_->index());
    active_ = watching_ = watching_elsewhere_ = IndexSet(operators.size());
    armed_.resize(shared_->topology().locations());
    for (std::uint32_t op = 0; op != operators.size(); ++op) {
      OperatorShard<T>& shard = operators[op];
      for (const auto& book : shard.outputs) book->attach(pending_, in_hand);
      active_.insert(op);
    }
  }

  SharedLedger<T>& ledger() { return *ledger_; }
  const std::shared_ptr<SharedDataflow<T>>& shared() const { return shared_; }

  /// From here on the worker is woken when the frontier at `location` moves. Ends with as many
  /// calls of `disarm` as of `arm`: several operators and probes may follow one location.
  void arm(LocationId location, Told told = Told::always) {
    if (armed_[location.value]++ != 0) return;
    ledger_->waiters().arm(location.value, worker_->index());
    ledger_->watch(location, told);
  }
  void disarm(LocationId location) {
    if (--armed_[location.value] == 0) ledger_->waiters().disarm(location.value, worker_->index());
  }

  void activate(OperatorId op) { active_.insert(op.value); }

  /// Has the rest of a push follow before the operator that runs is done, or if none runs, at the
  /// beginning of the next step.
  void push_later(RestOfPush& rest) { rests_.push_back(&rest); }

  /// Delivers `envelope` after this step has been reported.
  void send(std::uint32_t to, Envelope& envelope) { outbox_.emplace_back(to, &envelope); }

  /// Has `departure` deliver after this step has been reported.
  void send(Departure& departure) { departures_.push_back(&departure); }

  bool step() override {
    if (shared_->cancelled()) return false;
    watch_frontiers();
    push_rests();
    for (std::size_t op = active_.pop_from(0); op != IndexSet::none; op = active_.pop_from(op + 1))
      run(static_cast<std::uint32_t>(op));
    // An open buffer may wait for more records, but not for long, and never in an idle worker.
    if (active_.empty() || ++steps_with_open_buffers_ == max_steps_open) {
      steps_with_open_buffers_ = 0;
      for (OpenBuffers<T>* buffers : open_buffers) buffers->flush();
    }
    const bool more_to_combine = report();
    for (InquiryEnvelope<T>* inquiry : inquiries_) {
      inquiry->answer(holdings());
      inquiry->release();
    }
    inquiries_.clear();
    return more_to_combine || !active_.empty();
  }

  bool ended() const override { return ledger_->complete() || shared_->cancelled(); }

  void close() override {
    if (stations_ != nullptr) flush_stations();  // nobody reports here any more
    if (!shared_->end_complete()) return;
    for (OperatorShard<T>& shard : operators) {
      if (!shard.on_close) continue;
      shared_->set_running(worker_->index(), static_cast<std::uint32_t>(&shard - &operators[0]));
      try {
        shard.on_close();
      } catch (...) {
        rethrow_as_step_error(shard.name, worker_->index(), "");
      }
      shared_->set_running(worker_->index(), std::nullopt);
    }
  }

  void cancel() noexcept override {
    using State = typename CapabilityBook<T>::State;
    const State state = shared_ && shared_->cancelled() ? State::cancelled : State::gone;
    for (OperatorShard<T>& shard : operators)
      for (const auto& book : shard.outputs) book->state = state;
  }

  void require_inputs_closed() const override {
    if (shared_->cancelled()) return;
    for (const OperatorShard<T>& shard : operators) {
      if (shard.how_to_close.empty() || !shard.holds_capability()) continue;
      std::set<T> times;
      std::string text;
      for (const auto& book : shard.outputs)
        for (const HeldCapability<T>& capability : book->held) times.insert(capability.time);
      const std::uint32_t depth = shared_->topology().depth(shard.outputs.front()->location);
      for (const T& time : times) text += (text.empty() ? "" : ", ") + to_text(time, depth);
      throw CapabilityError("the closure of worker " + std::to_string(worker_->index()) +
                            " has returned, and its input '" + shard.name + "' is still open at " +
                            text + "; " + shard.how_to_close);
    }
  }

  void accept(Envelope& envelope) override {
    if (envelope.channel == inquiry_channel) {
      inquiries_.push_back(&static_cast<InquiryEnvelope<T>&>(envelope));
      return;
    }
    if (trace_ != nullptr) trace_message(TraceEvent::Kind::receive, envelope, envelope.sender);
    receivers[envelope.channel]->accept(envelope);
  }

  // Filled while building; see scope.hpp.
  std::vector<std::unique_ptr<InputPortBase<T>>> inputs;
  std::vector<std::shared_ptr<void>> parts;  ///< consumers and outputs, kept for their lifetime
  std::vector<OperatorShard<T>> operators;
  std::vector<Receiver*> receivers;  ///< by channel
  std::vector<OpenBuffers<T>*> open_buffers;
  const InHand* in_hand = nullptr;  ///< the innermost of the operator that runs

 private:
  static constexpr int max_steps_open = 8;
  /// A worker that is awake and has nothing to report for so many steps may be waiting for what is
  /// gathered around it, which else would leave when it goes idle.
  static constexpr int max_quiet_steps = 32;
  static constexpr int max_entries = 64;

  /// Activates the operators that are interested in a frontier which has moved. Cost: those of the
  /// moves since the last time; if there are too many of them, all that are interested.
  void watch_frontiers() {
    const std::uint64_t now = ledger_->publications();
    if (now == seen_publications_) return;
    const std::uint64_t seen = std::exchange(seen_publications_, now);
    if (now - seen <= SharedLedger<T>::recent_moves && look_at_moves(seen, now)) {
      look_at(watching_elsewhere_);
    } else {
      look_at(watching_);
    }
  }

  bool look_at_moves(std::uint64_t seen, std::uint64_t now) {
    while (seen != now) {
      const std::optional<LocationId> location = ledger_->recent_move(++seen);
      if (!location) return false;
      const std::uint32_t op = shared_->topology().operator_of(*location).value;
      if (watching_.contains(op)) look_at(op);
    }
    return true;
  }
  void look_at(const IndexSet& ops) {
    for (std::size_t op = 0; (op = ops.next_from(op)) != IndexSet::none; ++op)
      look_at(static_cast<std::uint32_t>(op));
  }
  void look_at(std::uint32_t op) {
    for (FrontierWatch<T>* watch : operators[op].watches)
      if (watch->reader.refresh()) active_.insert(op);
  }

  void run(std::uint32_t op) {
    OperatorShard<T>& shard = operators[op];
    if (trace_ != nullptr) [[unlikely]]
      trace_schedule(TraceEvent::Kind::start, op);
    shared_->set_running(worker_->index(), op);
    try {
      if (check_) {
        run_checked(op);
      } else {
        shard.logic();
        push_rests();
      }
    } catch (...) {
      rethrow_as_step_error(shard.name, worker_->index(), "");
    }
    shared_->set_running(worker_->index(), std::nullopt);
    if (trace_ != nullptr) [[unlikely]]
      trace_schedule(TraceEvent::Kind::stop, op);
    if (shard.interest != Interest::never) update_watching(op);
  }

  void push_rests() {
    std::size_t done = 0;
    try {
      while (done != rests_.size()) rests_[done++]->push_rest();  // which may add some
    } catch (...) {
      rests_.erase(rests_.begin(), rests_.begin() + static_cast<std::ptrdiff_t>(done));
      throw;
    }
    rests_.clear();
  }

  /// Runs an operator with a pending batch of its own, which must obey the batch rule.
  void run_checked(std::uint32_t op) {
    OperatorShard<T>& shard = operators[op];
    BatchRule<T> rule(shared_->topology(), {op});
    for (std::uint32_t each = 0; each != operators.size(); ++each)
      if (each == op || !operators[each].how_to_close.empty())
        rule.note_held({each}, operators[each].outputs);
    ProgressBatch<T> before = std::exchange(pending_, {});
    shard.logic();
    push_rests();
    rule.check(pending_.view(), worker_->index());
    for (const auto& [pointstamp, diff] : pending_.changes()) before.update(pointstamp, diff);
    pending_ = std::move(before);
  }

  /// What this worker holds: capabilities, and batches that wait or are open.
  std::vector<Holding<T>> holdings() const {
    using Kind = Explanation::Holder::Kind;
    std::vector<Holding<T>> all;
    for (const OperatorShard<T>& shard : operators)
      for (const auto& book : shard.outputs)
        for (const HeldCapability<T>& capability : book->held)
          all.push_back({{book->location, capability.time}, Kind::capability});
    for (const auto& input : inputs)
      input->list_queued([&](const T& time, std::int64_t count) {
        all.push_back({{input->location, time}, Kind::queued_batch, count});
      });
    for (const OpenBuffers<T>* buffers : open_buffers)
      buffers->list_open([&](LocationId target, const T& time, std::int64_t count) {
        all.push_back({{target, time}, Kind::open_batch, count});
      });
    return all;
  }

  void update_watching(std::uint32_t op) {
    OperatorShard<T>& shard = operators[op];
    const bool wants = shard.interest == Interest::always || shard.holds_capability();
    if (wants == watching_.contains(op)) return;
    if (wants) {
      begin_watching(op);
    } else {
      for (FrontierWatch<T>* watch : shard.watches) disarm(watch->location);
      watching_.erase(op);
      watching_elsewhere_.erase(op);
    }
  }

  void begin_watching(std::uint32_t op) {
    OperatorShard<T>& shard = operators[op];
    watching_.insert(op);
    // With several outputs a capability may be held at another one than that behind the input.
    const bool due = shard.interest == Interest::when_due && shard.outputs.size() == 1;
    for (FrontierWatch<T>* watch : shard.watches) {
      const bool own = shared_->topology().operator_of(watch->location).value == op;
      if (!own) watching_elsewhere_.insert(op);
      arm(watch->location, due && own ? Told::when_due : Told::always);
      watch->reader.attach(ledger_->published(watch->location));
    }
    // What was published before the bits were set is looked at now. To read the count first pairs
    // with the combiner, which counts and then reads the bits (waiter_set.hpp).
    static_cast<void>(ledger_->publications());
    look_at(op);
  }

  /// Hands the ledger this step's changes, then delivers. In this order: the receiver's -1 must not
  /// come before the +1. True if more is left to combine.
  bool report() {
    pending_.compact();
    if (!pending_.empty()) {
      quiet_steps_ = 0;
      if (apply_now()) {
        pending_.clear();
      } else {
        LedgerEntry<T>& entry = take_entry();
        std::swap(entry.batch, pending_);
        shared_->append(entry);
      }
    } else if (stations_ != nullptr && ++quiet_steps_ == max_quiet_steps) {
      quiet_steps_ = 0;
      flush_stations();
    }
    for (auto& [to, envelope] : outbox_) {
      if (trace_ != nullptr) trace_message(TraceEvent::Kind::send, *envelope, to);
      worker_->process().deliver(worker_->index(), to, *envelope);
    }
    outbox_.clear();
    for (Departure* departure : departures_) departure->depart();
    departures_.clear();
    return ledger_->combine_some();
  }

  /// True if the ledger has taken the changes at once, without its log. What is to be delivered
  /// does not wait for a propagation.
  bool apply_now() {
    return outbox_.empty() && departures_.empty() && stations_ == nullptr &&
           ledger_->try_apply(worker_->index(), pending_);
  }

  void flush_stations() {
    stations_->flush_worker(worker_->index());
    stations_->flush_process(process_index_);
  }

  /// Race "workers report faster than the combiner applies": one that has so many entries in the
  /// log helps, or waits for the combiner, which waits for nobody.
  LedgerEntry<T>& take_entry() {
    LedgerEntry<T>* free = entries_->take();
    while (free == nullptr) {
      if (entries_made_ != max_entries) {
        ++entries_made_;
        return *new LedgerEntry<T>{.home = entries_, .worker = worker_->index()};
      }
      ledger_->combine_some();
      free = entries_->take();
      if (free == nullptr) std::this_thread::yield();
    }
    return *free;
  }

  [[gnu::noinline]] void trace_schedule(TraceEvent::Kind kind, std::uint32_t op) {
    trace_->record({.kind = kind,
                    .sequence = shared_->trace_sequence(),
                    .worker = worker_->index(),
                    .subject = op});
  }

  [[gnu::noinline]] void trace_message(TraceEvent::Kind kind, const Envelope& envelope,
                                       std::uint32_t peer) {
    TraceEvent event{.kind = kind,
                     .sequence = shared_->trace_sequence(),
                     .worker = worker_->index(),
                     .subject = envelope.channel,
                     .peer = peer};
    if (envelope.describe(event)) trace_->record(std::move(event));
  }

  Worker* worker_;
  std::uint32_t index_;
  std::shared_ptr<SharedDataflow<T>> shared_;
  SharedLedger<T>* ledger_ = nullptr;
  ReportStations* stations_ = nullptr;  // null: nothing is gathered
  std::uint32_t process_index_ = 0;
  int quiet_steps_ = 0;
  Trace* trace_ = nullptr;
  bool check_ = false;
  std::vector<InquiryEnvelope<T>*> inquiries_;  // to be answered at the end of the step

  ProgressBatch<T> pending_;
  IndexSet active_;
  std::vector<RestOfPush*> rests_;
  IndexSet watching_;                 // operators that want to run when a frontier moves
  IndexSet watching_elsewhere_;       // of those, who follow more than their own inputs
  std::vector<std::uint32_t> armed_;  // by location: those of this worker that follow it
  std::uint64_t seen_publications_ = 0;
  int steps_with_open_buffers_ = 0;
  std::vector<std::pair<std::uint32_t, Envelope*>> outbox_;
  std::vector<Departure*> departures_;
  ReturnPool<LedgerEntry<T>>* entries_ = nullptr;
  int entries_made_ = 0;
};

}  // namespace tidemark
