// SPDX-License-Identifier: MIT
//
// What a worker learns from outside, in a run that is traced and in a replay.
#include <tidemark/core/error.hpp>
#include <tidemark/core/outside/kept_mail.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/worker.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

void Worker::begin_outside() {
  const Config& config = process_->config();
  if (config.replay != nullptr) {
    kept_mail_ = std::make_unique<KeptMail>();
    outside_ = std::make_shared<Outside>(index_, *config.replay, config.trace != nullptr, [this] {
      if (process_->stopping()) throw RunStopped();
      fiber_->yield();
    });
  } else if (process_->tells_outside()) {
    outside_ = std::make_shared<Outside>(index_);
  }
}

void Worker::end_outside() noexcept {
  if (!outside_) return;
  try {
    tell_trace();
  } catch (...) {  // no memory for it: the trace ends earlier
  }
  outside_->end();
}

void Worker::tell_trace() {
  if (process_->config().trace != nullptr)
    process_->config().trace->told(index_, outside_->collect());
}

bool Worker::replays() const {
  return outside_ && outside_->replays();
}

void Worker::forget_clocks() {
  outside_->forget_clocks();
}

void Worker::wait_again(const std::function<bool()>& holds) {
  outside_->wait_until(holds, "what an operator was told");
}

std::uint64_t Worker::told_again() {
  return outside_->take(Told::value).numbers[0];
}

std::uint64_t Worker::tell(std::uint64_t value) {
  outside_->tell(Told::value, {value});
  return value;
}

Clock::time_point Worker::now_outside() {
  const auto since_epoch = [this] {
    return std::chrono::nanoseconds(executor().now().time_since_epoch()).count();
  };
  return Clock::time_point(std::chrono::nanoseconds(outside_->clock(since_epoch)));
}

EventTime Worker::told_time(EventTime time) {
  if (outside_ == nullptr) return time;
  const auto since_1970 = [&] { return time.time_since_epoch().count(); };
  return EventTime(EventTime::duration(static_cast<std::int64_t>(outside_->clock(since_1970))));
}

/// The same where it is written down what the worker learns, or given again. A closure sees what
/// its calls give, so they are told, too.
bool Worker::step_told() {
  if (replays()) return step_again();
  outside_->begin_call();
  const bool more = do_step();
  if (by_hand_) outside_->end_call(more);
  if (outside_->has_much()) tell_trace();
  return more;
}

/// In a replay: takes what it took then, when that has been sent, and steps the dataflow that it
/// stepped then.
bool Worker::step_again() {
  if (const std::optional<bool> gives = outside_->idle_call()) return *gives;
  bool stepped = false;
  while (!outside_->next_is(Told::returned) && !(stepped && !by_hand_)) {
    take_mail_again(~std::uint64_t{0});
    if (!outside_->next_is(Told::step)) {
      outside_->wait_a_while();  // of a trace that ends here
      continue;
    }
    const auto index = static_cast<std::uint32_t>(outside_->next()->numbers[0]);
    DataflowInstance& dataflow = find(index);
    if (dataflow.step() == DataflowInstance::Next::end)
      end(*find_block(index), index % DueBits::per_word);
    stepped = true;
  }
  return !by_hand_ || outside_->take(Told::returned).numbers[0] != 0;
}

/// At most so many envelopes, each when it has been sent.
void Worker::take_mail_again(std::uint64_t most) {
  const auto is_mail = [this] {
    return outside_->next_is(Told::receive) || outside_->next_is(Told::shared) ||
           outside_->next_is(Told::wake);
  };
  for (; most != 0 && is_mail(); --most) {
    const auto [dataflow, number, last] = outside_->next()->numbers;
    DataflowInstance& to = find(static_cast<std::uint32_t>(dataflow));
    if (outside_->next_is(Told::wake)) {
      to.wake(static_cast<std::uint32_t>(number));
    } else {
      to.accept(take_again(outside_->next_is(Told::shared), static_cast<std::uint32_t>(dataflow),
                           static_cast<std::uint32_t>(number), last));
    }
  }
}

/// Of a shared batch `last` is the timestamp, of others the sender.
Envelope& Worker::take_again(bool is_shared, std::uint32_t dataflow, std::uint32_t channel,
                             std::uint64_t last) {
  Envelope* sent = nullptr;
  const std::vector<SharedPart> parts =
      is_shared ? outside_->next_parts() : std::vector<SharedPart>();
  const auto is_there = [&] {
    keep_mail();
    sent = is_shared ? kept_mail_->take_shared(dataflow, channel, last, parts)
                     : kept_mail_->take(dataflow, channel, static_cast<std::uint32_t>(last));
    return sent != nullptr;
  };
  outside_->wait_until(is_there, "a batch");
  return *sent;
}

/// What asks that something be run is told by the trace, and questions are not answered.
void Worker::keep_mail() {
  for (Envelope* envelope = mailbox_.take_all(); envelope != nullptr;) {
    Envelope* const rest = envelope->next;
    if (envelope->has_records()) {
      kept_mail_->keep(*envelope);
    } else {
      envelope->release();
    }
    envelope = rest;
  }
}

/// Throws ReplayError unless it is there.
DataflowInstance& Worker::find(std::uint32_t dataflow) const {
  Block* const block = find_block(dataflow);
  DataflowInstance* const found =
      block == nullptr ? nullptr : block->dataflows[dataflow % DueBits::per_word].get();
  if (found == nullptr)
    throw ReplayError("the trace tells of dataflow " + std::to_string(dataflow) +
                      ", which worker " + std::to_string(index_) + " has not built, or has ended");
  return *found;
}

}  // namespace tidemark
