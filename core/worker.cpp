// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/worker.hpp>

#include <exception>
#include <string>
#include <utility>

namespace tidemark {

Worker::Worker(Process& process, std::uint32_t index) : process_(&process), index_(index) {}

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
  setup_ = std::move(setup);
  state_.exchange(State::queued, std::memory_order_seq_cst);
  process_->executor().submit(*this);
}

void Worker::start_closure(std::function<void(Worker&)> closure) {
  process_->executor().spawn([this, closure = std::move(closure)](Fiber& fiber) {
    fiber_ = &fiber;
    bool failed = false;
    try {
      try {
        closure(*this);
      } catch (...) {
        rethrow_as_closure_error(index_);
      }
      for (const auto& dataflow : dataflows_)
        if (dataflow) dataflow->require_inputs_closed();
      process_->registry().has_built(index_, next_dataflow());
      step_while([this] { return has_dataflows(); });
    } catch (...) {
      process_->fail(std::current_exception());
      failed = true;
    }
    finish(failed);
  });
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

void Worker::add(std::unique_ptr<DataflowInstance> dataflow) {
  const std::uint32_t index = next_dataflow();
  DataflowInstance& added = *dataflows_.emplace_back(std::move(dataflow));
  ++live_;
  std::erase_if(early_, [&](Envelope* envelope) {
    if (envelope->dataflow != index) return false;
    added.accept(*envelope);
    return true;
  });
}

void Worker::read_mailbox() {
  for (Envelope* envelope = mailbox_.take_all(); envelope != nullptr;) {
    Envelope* const rest = envelope->next;
    if (envelope->dataflow >= dataflows_.size()) {
      early_.push_back(envelope);
    } else if (dataflows_[envelope->dataflow]) {
      dataflows_[envelope->dataflow]->accept(*envelope);
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
  if (fiber_ != nullptr && ++steps_in_slice_ > steps_per_slice) {
    steps_in_slice_ = 1;
    fiber_->yield();
  }
  read_mailbox();
  bool more = false;
  for (std::size_t d = 0; d != dataflows_.size(); ++d) {
    if (!dataflows_[d]) continue;
    if (dataflows_[d]->step()) more = true;
    if (dataflows_[d]->ended()) {
      dataflows_[d]->close();
      dataflows_[d].reset();
      --live_;
    }
  }
  return more || !mailbox_.empty();
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
  for (int i = 0; i != steps_per_turn; ++i)
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
  steps_in_slice_ = 0;
  fiber_->suspend([this] { park(); });
  state_.exchange(State::running, std::memory_order_seq_cst);
}

void Worker::finish(bool failed) noexcept {
  for (auto& dataflow : dataflows_)
    if (failed && dataflow) dataflow->cancel();
  dataflows_.clear();
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
