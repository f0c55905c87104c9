// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/outside/kept_mail.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/worker.hpp>

#include <algorithm>
#include <bit>
#include <exception>
#include <string>
#include <utility>

namespace tidemark {

Worker::Worker(Process& process, std::uint32_t index) : process_(&process), index_(index) {
  begin_outside();
}

Worker::~Worker() {
  release_mailbox();
}

void Worker::release_mailbox() noexcept {
  for (Envelope* envelope = mailbox_.take_all_reversed(); envelope != nullptr;) {
    Envelope* const rest = envelope->next;
    envelope->release();
    envelope = rest;
  }
}

std::uint32_t Worker::peers() const {
  return process_->config().workers;
}

Executor& Worker::executor() const {
  return process_->executor();
}

StateStore* Worker::states() const {
  return process_->config().states;
}

const std::atomic<bool>& Worker::stopping() const {
  return process_->failure_flag();
}

void Worker::fail(std::exception_ptr error) noexcept {
  process_->fail(std::move(error));
}

void Worker::start(std::function<void(Worker&)> setup) {
  if (replays()) return drive(std::move(setup), false);  // it may wait
  setup_ = std::move(setup);
  state_.exchange(State::queued, std::memory_order_seq_cst);
  process_->executor().submit(*this);
}

/// One that is the program's, `by_hand`, is to have let go of its inputs when it returns.
void Worker::drive(std::function<void(Worker&)> closure, bool by_hand) {
  by_hand_ = by_hand;
  auto body = [this, closure = std::move(closure)](Fiber& fiber) {
    fiber_ = &fiber;
    bool failed = false;
    try {
      try {
        closure(*this);
      } catch (...) {
        if (!by_hand_) throw;
        rethrow_as_closure_error(index_);
      }
      for (const auto& block : blocks_)
        for (const auto& dataflow : block->dataflows)
          if (by_hand_ && dataflow) dataflow->require_inputs_closed();
      process_->registry().has_built(index_, next_dataflow());
      step_while([this] { return has_dataflows(); });
    } catch (...) {
      process_->fail(std::current_exception());
      failed = true;
    }
    finish(failed);
  };
  try {
    process_->executor().spawn(index_, std::move(body));
  } catch (...) {  // there is no thread for it: so nobody waits for this worker
    process_->fail(std::current_exception());
    finish(true);
  }
}

void Worker::wake() {
  if (state_.load(std::memory_order_seq_cst) == State::queued) return;  // it will look
  if (state_.exchange(State::queued, std::memory_order_seq_cst) != State::idle) return;
  if (IdleStations* const stations = process_->idle_stations()) stations->has_woken(index_);
  if (fiber_ != nullptr) {
    fiber_->resume();
  } else {
    process_->executor().submit(*this);
  }
}

void Worker::post(Envelope& envelope) {
  if (mailbox_.push(envelope)) wake();  // a mailbox that was not empty has woken its worker already
  if (finished_.load(std::memory_order_seq_cst)) release_mailbox();
}

Worker::Block* Worker::find_block(std::uint32_t dataflow) const {
  const std::uint32_t number = dataflow / DueBits::per_word;
  const auto block = std::ranges::lower_bound(
      blocks_, number, {}, [](const std::unique_ptr<Block>& each) { return each->number; });
  return block != blocks_.end() && (*block)->number == number ? block->get() : nullptr;
}

Worker::Block& Worker::block_of_next() {
  const std::uint32_t number = next_ / DueBits::per_word;
  if (blocks_.empty() || blocks_.back()->number != number)
    blocks_.emplace_back(new Block{number, std::make_shared<DueBits>(*this)});
  return *blocks_.back();
}

void Worker::add(std::unique_ptr<DataflowInstance> dataflow) {
  Block& block = block_of_next();
  const std::uint32_t index = next_++;
  DataflowInstance& added = *(block.dataflows[index % DueBits::per_word] = std::move(dataflow));
  ++block.live;
  ++live_;
  block.due->set(DueBits::bit_of(index));
  const auto is_for_it = [index](const Envelope* each) { return each->dataflow == index; };
  const std::uint64_t sent_early = ask([&] { return std::ranges::count_if(early_, is_for_it); });
  if (replays()) return take_mail_again(sent_early);
  std::erase_if(early_, [&](Envelope* envelope) {
    if (!is_for_it(envelope)) return false;
    added.accept(*envelope);
    return true;
  });
}

void Worker::read_mailbox() {
  for (Envelope* envelope = mailbox_.take_all(); envelope != nullptr;) {
    Envelope* const rest = envelope->next;
    const std::uint32_t index = envelope->dataflow;
    Block* const block = find_block(index);
    if (index >= next_) {
      early_.push_back(envelope);
    } else if (block != nullptr && block->dataflows[index % DueBits::per_word]) {
      block->due->set(DueBits::bit_of(index));
      block->dataflows[index % DueBits::per_word]->accept(*envelope);
    } else {
      envelope->release();
    }
    envelope = rest;
  }
}

void Worker::cancel(std::uint32_t index) {
  if (index >= next_dataflow())  // else it would depend on how far the other workers are
    throw DataflowError("worker " + std::to_string(index_) + " cannot cancel dataflow " +
                        std::to_string(index) + ", which it has not built; it has built " +
                        std::to_string(next_dataflow()) + ", counted from 0");
  process_->cancel(index);
}

bool Worker::step() {
  if (process_->stopping()) throw RunStopped();
  if (fiber_ != nullptr &&
      ++steps_in_slice_ > turns_per_slice * process_->config().tuning.steps_per_turn) {
    steps_in_slice_ = 1;
    fiber_->yield();
  }
  if (outside_) [[unlikely]]
    return step_told();
  return do_step();
}

bool Worker::do_step() {
  read_mailbox();
  if (process_->idle_stations() != nullptr) [[unlikely]]
    set_all_due();
  for (std::size_t b = 0; b != blocks_.size(); ++b) step_block(*blocks_[b]);
  if (has_empty_block_) [[unlikely]]
    drop_empty_blocks();
  for (const auto& block : blocks_)  // for a dataflow may give one before it something to do
    if (block->due->any_set()) return true;
  return !mailbox_.empty();
}

/// Steps those of its dataflows that are due, in the order in which they were built.
inline void Worker::step_block(Block& block) {
  DueBits& bits = *block.due;
  std::uint64_t left = ~std::uint64_t{0};  // those that follow
  while (const std::uint64_t due = bits.due(left)) {
    const auto place = static_cast<std::uint32_t>(std::countr_zero(due));
    const std::uint64_t bit = std::uint64_t{1} << place;
    left = ~std::uint64_t{1} << place;
    bits.take_from_others(bit);
    using Next = DataflowInstance::Next;
    Next next = Next::rest;  // woken late it may have ended
    if (DataflowInstance* const dataflow = block.dataflows[place].get()) next = dataflow->step();
    bits.set_only_if(next == Next::more, bit);  // what it has changed in its step, it has reported
    if (next == Next::end) [[unlikely]]
      end(block, place);
  }
}

/// Where reports are gathered, an awake worker that is quiet sends on what lies around it
/// (reporting.hpp).
void Worker::set_all_due() {
  for (const auto& block : blocks_)
    for (std::uint32_t place = 0; place != DueBits::per_word; ++place)
      if (block->dataflows[place]) block->due->set(DueBits::bit_of(place));
}

void Worker::end(Block& block, std::uint32_t place) {
  block.dataflows[place]->close();
  block.dataflows[place].reset();
  --live_;
  if (--block.live == 0 && block.number != next_ / DueBits::per_word) has_empty_block_ = true;
  if (live_ == 0) process_->pools().trim(index_);  // else others may use them
  process_->registry().has_ended(block.number * DueBits::per_word + place);
}

void Worker::drop_empty_blocks() {
  has_empty_block_ = false;
  std::erase_if(blocks_, [](const auto& block) { return block->live == 0; });
}

void Worker::run() {
  state_.exchange(State::running, std::memory_order_seq_cst);
  bool more = false;
  try {
    if (setup_) {
      std::exchange(setup_, nullptr)(*this);
      process_->registry().has_built(index_, next_dataflow());
    }
    more = turn();
  } catch (...) {
    process_->fail(std::current_exception());
    return finish(true);
  }
  if (!has_dataflows()) return finish(false);
  if (more) {
    state_.exchange(State::queued, std::memory_order_seq_cst);
    process_->executor().submit(*this);
  } else {
    park();
  }
}

bool Worker::turn() {
  for (std::uint32_t left = process_->config().tuning.steps_per_turn; left != 0; --left)
    if (!step()) return false;
  return true;
}

/// Goes idle, unless woken meanwhile; then looks once more, since a mailbox that was not empty
/// wakes nobody.
///
/// Once it is idle it may be woken and end, and the run with it, while this function still runs on
/// another stack; if reports are gathered, `goes_idle` keeps the process until `has_gone_idle`.
void Worker::park() {
  IdleStations* const stations = process_->idle_stations();
  if (stations != nullptr) stations->goes_idle(index_);
  const bool woken = state_.exchange(State::idle, std::memory_order_seq_cst) == State::queued;
  if (woken || !mailbox_.empty() || process_->stopping()) wake();
  if (stations != nullptr) stations->has_gone_idle(index_);
}

void Worker::suspend() {
  if (fiber_ == nullptr)
    throw DataflowError("worker " + std::to_string(index_) +
                        " is driven by its executor; step_while is for the closure that drives one "
                        "by hand (execute)");
  if (replays()) return;  // the step has let others go on
  steps_in_slice_ = 0;
  fiber_->suspend([this] { park(); });
  state_.exchange(State::running, std::memory_order_seq_cst);
}

void Worker::finish(bool failed) noexcept {
  end_outside();
  for (const auto& block : blocks_)
    for (const auto& dataflow : block->dataflows)
      if (failed && dataflow) dataflow->cancel();
  blocks_.clear();
  live_ = 0;
  for (Envelope* envelope : early_) envelope->release();
  early_.clear();
  finished_.store(true,
                  std::memory_order_seq_cst);  // then look: `post` does it the other way round
  release_mailbox();
  state_.exchange(State::running, std::memory_order_seq_cst);  // and never idle again
  if (IdleStations* const stations = process_->idle_stations()) {
    stations->goes_idle(index_);
    stations->has_gone_idle(index_);
  }
  process_->worker_finished();
}

}  // namespace tidemark
