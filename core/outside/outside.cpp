// SPDX-License-Identifier: MIT
#include <tidemark/core/outside/outside.hpp>

#include <utility>

namespace tidemark {
namespace {

std::string name_of(Told kind) {
  static constexpr const char* names[] = {"a step",
                                          "a batch",
                                          "a wake-up",
                                          "a frontier that moved",
                                          "a look",
                                          "a reader's wish",
                                          "a reading of a clock",
                                          "an answer to an operator",
                                          "the end of a dataflow",
                                          "the cancelling of a dataflow",
                                          "what a call of step() gives",
                                          "calls of step() that do nothing",
                                          "a shared batch",
                                          "a part of a shared batch",
                                          "a probe of a dataflow that has been cancelled"};
  return names[static_cast<std::size_t>(kind)];
}

std::string to_text(const ToldItem& item) {
  const auto number = [&](std::size_t i) { return std::to_string(item.numbers[i]); };
  std::string text = name_of(item.kind);
  if (item.kind == Told::step) return text + " of dataflow " + number(0);
  if (item.kind == Told::wake) return text + " of operator " + number(1);
  if (item.kind == Told::receive)
    return text + " of worker " + number(2) + " in channel " + number(1) + " of dataflow " +
           number(0);
  return text;
}

}  // namespace

Outside::Outside(std::uint32_t worker, Replay& replay, bool keeps, std::function<void()> yield)
    : worker_(worker),
      keeps_(keeps),
      replay_(&replay),
      yield_(std::move(yield)),
      left_(replay.told(worker)) {
  read_next();
}

void Outside::put(Told kind, std::initializer_list<std::uint64_t> numbers) {
  put_idle();
  ++items_;
  if (keeps_) put_told(told_, kind, numbers);
  looks_ = 0;
}

/// Calls that have done nothing are told together, when something follows them.
void Outside::put_idle() {
  if (replay_ != nullptr || idle_calls_ == 0) return;
  put_told(told_, Told::idle, {idle_calls_, idle_gives_ ? 1u : 0u});
  idle_calls_ = 0;
}

void Outside::end_call(bool more) {
  if (replay_ != nullptr || items_ != call_begins_) return tell(Told::returned, {more ? 1u : 0u});
  if (more != idle_gives_) put_idle();
  idle_gives_ = more;
  ++idle_calls_;
}

std::optional<bool> Outside::idle_call() {
  if (!next_is(Told::idle)) return std::nullopt;
  const auto [count, more, none] = next_->numbers;
  if (keeps_ && idle_calls_ == 0) put_told(told_, Told::idle, {count, more});
  replay_->note_progress();
  if (++idle_calls_ >= count) {
    idle_calls_ = 0;
    read_next();
  }
  return more != 0;
}

std::string Outside::collect() {
  put_idle();
  items_with_step_ = 0;  // what has been reported is not forgotten
  if (told_.empty()) return {};
  std::string numbered;
  put_varint(numbered, chunks_++);
  return numbered + std::exchange(told_, {});
}

void Outside::tell(Told kind, std::initializer_list<std::uint64_t> numbers) {
  if (replay_ == nullptr) return put(kind, numbers);
  const ToldItem item = take(kind);
  std::size_t i = 0;
  for (const std::uint64_t number : numbers)
    if (item.numbers[i++] != number) refuse(name_of(kind) + " of another number");
}

ToldItem Outside::take(Told kind) {
  passed_.clear();
  for (; kind != Told::clock && next_is(Told::clock); pass()) passed_.push_back(next_->numbers[0]);
  if (!next_is(kind)) refuse(name_of(kind));
  return pass();
}

/// Goes behind the next item, and writes it down again.
ToldItem Outside::pass() {
  const ToldItem item = *next_;
  const auto& [first, second, third] = item.numbers;
  switch (told_numbers[static_cast<std::size_t>(item.kind)]) {
    case 0:
      put(item.kind, {});
      break;
    case 1:
      put(item.kind, {first});
      break;
    case 2:
      put(item.kind, {first, second});
      break;
    default:
      put(item.kind, {first, second, third});
  }
  read_next();
  return item;
}

std::vector<SharedPart> Outside::next_parts() const {
  std::vector<SharedPart> parts;
  VarintReader after = left_;
  for (auto item = take_told(after); item && item->kind == Told::part; item = take_told(after))
    parts.push_back({static_cast<std::uint32_t>(item->numbers[0]), item->numbers[1]});
  return parts;
}

void Outside::read_next() {
  next_ = take_told(left_);
  ++taken_;
  replay_->note_progress();
}

void Outside::refuse(const std::string& what) const {
  throw ReplayError("worker " + std::to_string(worker_) + " has left the way of the trace: " +
                    (next_ ? "it came to " + what + " where the trace tells of " + to_text(*next_) +
                                 " (item " + std::to_string(taken_) + " of what it was told)"
                           : "it came to " + what + ", and the trace ends before that") +
                    "; is it the program that was traced, with the same arguments and input?");
}

void Outside::note_look(std::uint32_t reader, std::optional<std::uint64_t> seen) {
  if (seen) {
    put(Told::seen, {reader, looks_, *seen});
  } else {
    ++looks_;
  }
}

std::optional<std::uint64_t> Outside::look(std::uint32_t reader) {
  if (next_is(Told::seen) && next_->numbers[0] == reader && next_->numbers[1] == looks_)
    return take(Told::seen).numbers[2];
  ++looks_;
  return std::nullopt;
}

bool Outside::is_gone(std::uint32_t reader, bool now) {
  const bool gone = replay_ == nullptr ? now
                                       : next_is(Told::gone) && next_->numbers[0] == reader &&
                                             next_->numbers[1] == looks_;
  if (gone) {
    tell(Told::gone, {reader, looks_});
  } else {
    ++looks_;
  }
  return gone;
}

void Outside::begin_step(std::uint32_t dataflow) {
  put_idle();
  step_begins_ = told_.size();
  looks_before_step_ = looks_;
  tell(Told::step, {dataflow});
  items_with_step_ = items_;
}

void Outside::forget_step() {
  told_.resize(step_begins_);
  looks_ = looks_before_step_;
  --items_;
}

void Outside::wait(Patience& patience, const char* what) {
  static constexpr std::uint32_t most_turns = 100'000;
  if (replay_->progress() != patience.progress) patience = begin_wait();
  if (patience.turns == 0)
    replay_->note_wait(worker_, std::string(what) + " at item " + std::to_string(taken_) + ", " +
                                    (next_ ? to_text(*next_) : "where the trace ends"));
  if (++patience.turns > most_turns)
    throw ReplayError("the replay does not go on" + replay_->waits());
  yield_();
}

}  // namespace tidemark
