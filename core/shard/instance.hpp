// SPDX-License-Identifier: MIT
//
// An instance: one worker's shard of one dataflow, and the step that drives it.
#pragma once

#include <tidemark/core/outside/kept_mail.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/activation.hpp>
#include <tidemark/core/shard/chosen_order.hpp>
#include <tidemark/core/shard/dataflow_instance.hpp>
#include <tidemark/core/shard/followed_frontiers.hpp>
#include <tidemark/core/shard/holdings.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/shard/reporting.hpp>
#include <tidemark/core/shard/shard_watch.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/progress/verify.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Thread: its worker.
template <Timestamp T>
class Instance final : public DataflowInstance {
 public:
  /// The shard of `worker` of the dataflow number `index`. Requires: both references outlive this.
  /// `outside` may be null, and outlives this.
  Instance(std::uint32_t worker, std::uint32_t index, const Config& config, Mail& mail,
           Outside* outside)
      : config_(&config),
        mail_(&mail),
        verifies_(config.check && config.executor == ExecutorKind::deterministic &&
                  config.network.keeps_safety()) {
    state_.worker = worker;
    state_.peers = config.workers;
    state_.dataflow = index;
    state_.batch_records = config.tuning.batch_records;
    state_.outside = outside;
  }

  ~Instance() override {
    cancel();
    tell_rest();
    for (InquiryEnvelope<T>* inquiry : inquiries_) inquiry->release();
    operators.clear();  // and then a logic before the ports that it refers to
    while (!parts.empty()) parts.pop_back();
  }

  std::uint32_t index() const { return state_.dataflow; }
  /// All that ports and channels see of this.
  StepState<T>& state() { return state_; }

  /// Connects this shard with those of the other workers, and with the due bits of this one. Called
  /// once, when all of it is built.
  void attach(std::shared_ptr<SharedDataflow<T>> shared, const std::shared_ptr<DueBits>& due) {
    shared_ = std::move(shared);
    state_.due = {due.get(), DueBits::bit_of(state_.dataflow)};
    shared_->set_due_bits(state_.worker, due);
    ledger_ = &shared_->ledger_of(state_.worker);
    if (config_->replay != nullptr) shared_->add_to(*config_->replay);
    state_.active = IndexSet(operators.size());
    watch_.attach(shared_->watcher(), shared_->topology(), operators, state_);
    activation_.attach(operators, state_, shared_->running(state_.worker), watch_);
    order_ = ChosenOrder<T>::make(config_->scheduler.get(), state_.worker, state_.dataflow,
                                  shared_->topology(), operators, inputs);
    frontiers_.attach(*ledger_, shared_->topology(), state_.worker, operators, state_.active,
                      state_.outside);
    reporting_.attach(*shared_, state_.worker, layout_of(*config_).process_of_worker(state_.worker),
                      state_.outside);
    for (std::uint32_t op = 0; op != operators.size(); ++op) {
      for (const auto& book : operators[op].outputs)
        book->attach(state_.pending, state_.in_hand, state_.due, watch_.capabilities());
      activate({op});
    }
  }

  SharedLedger<T>& ledger() { return *ledger_; }
  FollowedFrontiers<T>& frontiers() { return frontiers_; }
  const std::shared_ptr<SharedDataflow<T>>& shared() const { return shared_; }

  void wake(std::uint32_t op) override {
    if (op >= operators.size())
      throw ReplayError("the trace tells of an operator that is not there");
    if (state_.outside != nullptr) state_.outside->tell(Told::wake, {state_.dataflow, op});
    watch_.wake(op);
    activate({op});
  }
  NoteTaker& note_taker() { return watch_; }

  void activate(OperatorId op) {
    state_.active.insert(op.value);
    state_.due.set();
  }

  Next step() override {
    if (state_.outside != nullptr) [[unlikely]]
      return step_told();
    if (shared_->cancelled()) return Next::end;
    return do_step();
  }

  void close() override {
    reporting_.flush_stations();  // nobody reports here any more
    const auto closes = [this] { return shared_->end_complete(); };
    if (state_.outside == nullptr ? closes() : state_.outside->answer(Told::value, closes) != 0)
      activation_.close_all();
  }

  void cancel() noexcept override {
    using State = typename CapabilityBook<T>::State;
    const State state = shared_ && shared_->cancelled() ? State::cancelled : State::gone;
    for (OperatorShard<T>& shard : operators)
      for (const auto& book : shard.outputs) book->state = state;
  }

  void require_inputs_closed() const override {
    const auto cancelled = [this] { return shared_->cancelled(); };
    if (state_.outside == nullptr ? cancelled()
                                  : state_.outside->answer(Told::value, cancelled) != 0)
      return;
    for (const OperatorShard<T>& shard : operators) {
      if (shard.how_to_close.empty() || !shard.holds_capability()) continue;
      std::set<T> times;
      std::string text;
      for (const auto& book : shard.outputs)
        for (const HeldCapability<T>& capability : book->held) times.insert(capability.time);
      const std::uint32_t depth = shared_->topology().depth(shard.outputs.front()->location);
      for (const T& time : times) text += (text.empty() ? "" : ", ") + to_text(time, depth);
      throw CapabilityError("the closure of worker " + std::to_string(state_.worker) +
                            " has returned, and its input '" + shard.name + "' is still open at " +
                            text + "; " + shard.how_to_close);
    }
  }

  void accept(Envelope& envelope) override {
    if (envelope.channel == inquiry_channel) {
      inquiries_.push_back(&static_cast<InquiryEnvelope<T>&>(envelope));
      return;
    }
    if (state_.outside != nullptr && envelope.has_records()) tell_received(envelope);
    watch_.receive(envelope);
    receivers[envelope.channel]->accept(envelope);
  }

  // Filled while building; see assembly.hpp.
  std::vector<std::unique_ptr<InputQueueBase<T>>> inputs;
  using Part = std::unique_ptr<void, void (*)(void*)>;
  std::vector<Part> parts;  ///< logics, consumers and outputs, in the order of making
  std::vector<OperatorShard<T>> operators;
  std::vector<Receiver*> receivers;  ///< by channel
  std::vector<OpenBuffers<T>*> open_buffers;
  std::vector<std::function<std::size_t()>> invariants;  ///< of operators

 private:
  Next do_step() {
    frontiers_.look();
    state_.rests.push_all();
    IndexSet& active = state_.active;
    if (order_) [[unlikely]]
      order_->step(active, [this](std::uint32_t op) { run(op); });
    else
      for (std::size_t op = active.pop_from(0); op != IndexSet::none; op = active.pop_from(op + 1))
        run(static_cast<std::uint32_t>(op));
    // An open buffer may wait for more records, but not for long, and never in an idle worker.
    if (active.empty() || ++steps_with_open_buffers_ >= config_->tuning.open_steps) {
      steps_with_open_buffers_ = 0;
      for (OpenBuffers<T>* buffers : open_buffers) buffers->flush();
    }
    StepEvents* const events = watch_.send(state_.outbox);
    bool more = false;
    if (events == nullptr) [[likely]]
      more = reporting_.report(state_.pending, state_.outbox);
    else
      reporting_.report_traced(state_.pending, *events);
    state_.outbox.deliver_all(
        [&](std::uint32_t to, Envelope& envelope) { mail_->deliver(state_.worker, to, envelope); });
    more |= ledger_->combine_some(state_.worker);
    for (InquiryEnvelope<T>* inquiry : inquiries_) {
      inquiry->answer(holdings_of(operators, inputs, open_buffers));
      inquiry->release();
    }
    inquiries_.clear();
    if (verifies_) [[unlikely]]
      verify();
    if (has_ended()) return Next::end;
    return more || !active.empty() ? Next::more : Next::rest;
  }

  /// The same where it is written down what the worker learns, or given again. What has done
  /// nothing is not told of.
  [[gnu::noinline]] Next step_told() {
    Outside& outside = *state_.outside;
    outside.begin_step(state_.dataflow);
    did_something_ = !state_.pending.empty() || !state_.active.empty() || !state_.rests.empty();
    const Next next = is_cancelled(0) ? Next::end : do_step();
    if (!outside.replays() && !outside.told_since_step() && !did_something_) outside.forget_step();
    return next;
  }

  void tell_received(const Envelope& envelope) {
    if (!envelope.is_shared())
      return state_.outside->tell(Told::receive,
                                  {state_.dataflow, envelope.channel, envelope.sender});
    const std::vector<Envelope::Content> contents = envelope.contents(0);
    state_.outside->tell(Told::shared,
                         {state_.dataflow, envelope.channel, number_of(contents.front().time)});
    for (const Envelope::Content& content : contents)
      state_.outside->tell(Told::part, {content.sender, content.records});
  }

  /// Whether a step ends the dataflow.
  bool has_ended() {
    if (state_.outside != nullptr) [[unlikely]]
      return is_complete() || is_cancelled(1);
    return ledger_->complete() || shared_->cancelled();
  }
  bool is_complete() {
    Outside& outside = *state_.outside;
    if (!outside.replays() && !ledger_->complete()) return false;
    if (outside.replays() && !outside.next_is(Told::complete)) return false;
    if (outside.replays())
      outside.wait_until([&] { return ledger_->complete(); }, "the end of a dataflow");
    outside.tell(Told::complete);
    return true;
  }
  /// Before what a step does, and after it. It is cancelled again in a replay, whoever has done
  /// that.
  bool is_cancelled(std::uint64_t after) {
    Outside& outside = *state_.outside;
    if (!outside.replays() && !shared_->cancelled()) return false;
    if (outside.replays() &&
        !(outside.next_is(Told::cancelled) && outside.next()->numbers[0] == after))
      return false;
    shared_->cancel();
    outside.tell(Told::cancelled, {after});
    return true;
  }

  /// Stops the program unless what holds between two steps holds.
  void verify() {
    if (!checks_.due()) return;
    std::vector<Pointstamp<T>> held;
    for (const Holding<T>& holding : holdings_of(operators, inputs, open_buffers))
      held.push_back(holding.pointstamp);
    std::size_t cost = operators.size() + ledger_->verify(held);
    for (const auto& invariant : invariants) cost += invariant();
    checks_.has_cost(cost);
  }

  /// A trace that cannot be told, as of timestamps that cannot be printed, has ended the run
  /// before.
  void tell_rest() noexcept {
    StepEvents* const rest = watch_.rest();
    const bool replays = state_.outside != nullptr && state_.outside->replays();
    if (!shared_ || (rest == nullptr && !replays)) return;
    try {
      if (replays) return reporting_.replay_rest(rest);
      reporting_.report_rest(*rest);
    } catch (...) {
    }
  }

  void run(std::uint32_t op) {
    activation_.run(op);
    if (operators[op].interest != Interest::never) frontiers_.update(op);
  }

  const Config* config_;
  Mail* mail_;
  bool verifies_;
  detail::SpreadChecks checks_;
  std::shared_ptr<SharedDataflow<T>> shared_;
  SharedLedger<T>* ledger_ = nullptr;

  StepState<T> state_;
  ShardWatch<T> watch_;
  Activation<T> activation_;
  std::unique_ptr<ChosenOrder<T>> order_;  // null: that of building
  FollowedFrontiers<T> frontiers_;
  Reporting<T> reporting_;
  std::vector<InquiryEnvelope<T>*> inquiries_;  // to be answered at the end of the step
  std::uint32_t steps_with_open_buffers_ = 0;
  bool did_something_ = false;  // in a step that is told of
};

}  // namespace tidemark
