// SPDX-License-Identifier: MIT
//
// Outside: what a worker learns that does not follow from what it does.
//
// In a run that is traced it is written down, and in a replay given again. Where neither is there
// is none, and whoever asks looks at a pointer.
#pragma once

#include <tidemark/core/outside/kept_mail.hpp>
#include <tidemark/core/outside/told.hpp>
#include <tidemark/core/replay.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Thread: its worker.
class Outside : public std::enable_shared_from_this<Outside> {
 public:
  /// Writes down what the worker is told.
  explicit Outside(std::uint32_t worker) : worker_(worker) {}
  /// Tells it the same as then, and writes it down again if that is to be kept. `yield` lets other
  /// workers go on.
  Outside(std::uint32_t worker, Replay& replay, bool keeps, std::function<void()> yield);
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  bool replays() const { return replay_ != nullptr; }
  /// The worker has no more to do: what is asked of its probes from here on is of no consequence.
  void end() { over_ = true; }
  bool is_over() const { return over_; }
  /// Requires: it replays.
  Replay& replay() { return *replay_; }

  /// Something has happened. Where it replays that was next, or ReplayError is thrown.
  void tell(Told kind, std::initializer_list<std::uint64_t> numbers = {});

  /// The answer to a question: `fresh()`, or in a replay what it was then.
  template <std::invocable Fresh>
  std::uint64_t answer(Told kind, Fresh&& fresh) {
    if (replay_ != nullptr) return take(kind).numbers[0];
    const auto now = static_cast<std::uint64_t>(std::forward<Fresh>(fresh)());
    tell(kind, {now});
    return now;
  }
  /// The same of a clock. A source may ask more or less often in a replay, whose polls are other
  /// ones; it is told what was said until its poll had ended, and then the last of that again.
  template <std::invocable Fresh>
  std::uint64_t clock(Fresh&& fresh) {
    if (!passed_.empty()) {
      clock_ = passed_.front();
      passed_.pop_front();
    } else if (replay_ == nullptr || next_is(Told::clock)) {
      clock_ = answer(Told::clock, std::forward<Fresh>(fresh));
    }
    return clock_;
  }

  void forget_clocks() { passed_.clear(); }

  /// A reader without a number gets one.
  void number(std::uint32_t& reader) {
    if (reader == 0) reader = ++readers_;
  }
  /// A reader has looked at its frontier, and found it moved if something was `seen`.
  void note_look(std::uint32_t reader, std::optional<std::uint64_t> seen);
  /// What the reader has found then, if it has at this look. Requires: it replays.
  std::optional<std::uint64_t> look(std::uint32_t reader);

  /// Whether the reader finds its dataflow cancelled, which it is `now`, or was then.
  bool is_gone(std::uint32_t reader, bool now);

  /// A step begins; where it has done nothing that is to be known, `forget_step` takes that back.
  void begin_step(std::uint32_t dataflow);
  bool told_since_step() const { return items_ != items_with_step_; }
  void forget_step();
  /// A closure calls Worker::step, and is given `more`.
  void begin_call() { call_begins_ = items_; }
  void end_call(bool more);
  /// What such a call gives that has done nothing, if it was one. Requires: it replays.
  std::optional<bool> idle_call();

  /// What comes next in a replay; nullopt at the end of the trace.
  const std::optional<ToldItem>& next() const { return next_; }
  /// The parts of the shared batch that comes next.
  std::vector<SharedPart> next_parts() const;
  bool next_is(Told kind) const { return next_ && next_->kind == kind; }
  /// Goes behind it. Throws ReplayError if it is of another kind.
  ToldItem take(Told kind);

  /// Lets others go on until `holds()`. Throws ReplayError, which says `what` was waited for, if
  /// nothing happens any more. Requires: it replays.
  template <std::predicate Holds>
  void wait_until(Holds&& holds, const char* what) {
    if (holds()) return;
    Patience patience = begin_wait();
    do wait(patience, what);
    while (!holds());
    replay_->note_wait(worker_, {});
  }
  /// Lets others go on. The same if nothing has happened for long.
  void wait_a_while() { wait(idle_, "more to do"); }

  /// What was told since the last call, behind a number: reports to different ledgers may overtake
  /// each other.
  std::string collect();
  /// Whether so much was told that it should be collected, though nothing is reported.
  bool has_much() const { return told_.size() >= much; }

 private:
  static constexpr std::size_t much = 65536;  // bytes

  struct Patience {
    std::uint64_t progress = 0;
    std::uint32_t turns = 0;
  };

  Patience begin_wait() const { return {replay_->progress(), 0}; }
  void wait(Patience& patience, const char* what);
  void put(Told kind, std::initializer_list<std::uint64_t> numbers);
  void put_idle();
  ToldItem pass();
  void read_next();
  [[noreturn]] void refuse(const std::string& what) const;

  std::uint32_t worker_;
  std::string told_;
  std::size_t step_begins_ = 0;  // where its item begins
  std::uint64_t looks_ = 0;      // in vain, since the last item
  std::uint64_t looks_before_step_ = 0;
  std::uint64_t clock_ = 0;
  std::deque<std::uint64_t> passed_;  // what clocks said before the last item
  std::uint32_t readers_ = 0;
  std::uint64_t chunks_ = 0;  // that were collected
  std::uint64_t items_ = 0, call_begins_ = 0, items_with_step_ = 0;
  std::uint64_t idle_calls_ = 0;  // alike, and not told yet; in a replay, of those that are next
  bool idle_gives_ = false;

  bool keeps_ = true;
  bool over_ = false;
  Replay* replay_ = nullptr;
  std::function<void()> yield_;
  VarintReader left_;
  std::optional<ToldItem> next_;
  std::uint64_t taken_ = 0;  // items
  Patience idle_{};
};

}  // namespace tidemark
