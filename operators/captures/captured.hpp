// SPDX-License-Identifier: MIT
//
// Captured: a captured stream in memory.
#pragma once

#include <tidemark/operators/captures/capture_event.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A captured stream in memory: a shared object, copies of which are the same capture. It is
/// captured into once, and replayed any number of times, also while it is still being captured, by
/// another dataflow of the same run or another run. Thread: any.
template <Timestamp T, typename Item>
class Captured {
 public:
  using Event = CaptureEvent<T, Item>;  ///< of the stream

  /// The number of workers that captured it; 0 if nobody has.
  std::uint32_t parts() const {
    const std::lock_guard lock(state_->mutex);
    return static_cast<std::uint32_t>(state_->parts.size());
  }
  /// What worker `part` has captured so far.
  std::vector<Event> events(std::uint32_t part) const {
    const std::lock_guard lock(state_->mutex);
    return state_->parts.at(part).events;
  }

  ///@{
  /// As CaptureSink and CaptureSource say (capture_event.hpp). Throw CaptureError: `open` if it has
  /// been captured into already, `parts` if it has not.
  template <std::same_as<T> Time, std::same_as<Item> Record>
  std::unique_ptr<CaptureWriter<Time, Record>> open(std::uint32_t worker,
                                                    std::uint32_t workers) const {
    return std::make_unique<Writer>(state_, worker, workers);
  }
  template <std::same_as<T> Time, std::same_as<Item> Record>
  std::uint32_t parts() const {
    const std::uint32_t count = parts();
    if (count == 0) throw CaptureError("cannot replay a capture in memory: nobody captured to it");
    return count;
  }
  template <std::same_as<T> Time, std::same_as<Item> Record>
  std::unique_ptr<CaptureReader<Time, Record>> read(std::uint32_t part,
                                                    std::function<void()> wake) const {
    return std::make_unique<Reader>(state_, part, std::move(wake));
  }
  ///@}

 private:
  class Reader;
  struct Part {
    bool open = false;
    bool closed = false;
    std::vector<Event> events;
    std::vector<Reader*> waiting;  // to be woken by the next event
  };
  struct State {
    std::mutex mutex;  // guards all of it
    std::vector<Part> parts;
    bool broken = false;  // a writer has gone before the end

    void wake_all(Part& part) {
      for (Reader* reader : std::exchange(part.waiting, {})) reader->wake_();
    }
  };

  class Writer final : public CaptureWriter<T, Item> {
   public:
    Writer(std::shared_ptr<State> state, std::uint32_t worker, std::uint32_t workers)
        : state_(std::move(state)),
          part_(worker) {
      const std::lock_guard lock(state_->mutex);
      if (state_->parts.empty()) state_->parts.resize(workers);
      if (state_->parts.size() != workers || std::exchange(part().open, true))
        throw CaptureError("a capture in memory was captured into twice; give each its own");
    }
    ~Writer() override {
      const std::lock_guard lock(state_->mutex);
      if (part().closed) return;
      if (part().events.empty()) {  // its dataflow was never run, only built
        part().open = false;
        const auto used = [](const Part& p) { return p.open || !p.waiting.empty(); };
        if (std::ranges::none_of(state_->parts, used)) state_->parts.clear();
      } else {
        state_->broken = true;
        for (Part& part : state_->parts) state_->wake_all(part);
      }
    }

    void move_frontier(const FrontierMove<T>& move) override { add(move); }
    void write_batch(const T& time, const std::vector<Item>& records) override {
      add(CapturedBatch<T, Item>{time, records});
    }
    void close() override {
      const std::lock_guard lock(state_->mutex);
      part().closed = true;
      state_->wake_all(part());
    }

   private:
    void add(Event event) {
      const std::lock_guard lock(state_->mutex);
      part().events.push_back(std::move(event));
      state_->wake_all(part());
    }
    Part& part() { return state_->parts[part_]; }

    std::shared_ptr<State> state_;
    std::uint32_t part_;
  };

  /// Woken under the lock, so that it cannot go away meanwhile.
  class Reader final : public CaptureReader<T, Item> {
   public:
    Reader(std::shared_ptr<State> state, std::uint32_t part, std::function<void()> wake)
        : wake_(std::move(wake)),
          state_(std::move(state)),
          part_(part) {}
    ~Reader() override {
      const std::lock_guard lock(state_->mutex);
      if (part_ < state_->parts.size()) std::erase(state_->parts[part_].waiting, this);
    }

    Poll::State next(Event& event) override {
      const std::lock_guard lock(state_->mutex);
      if (part_ >= state_->parts.size())
        throw CaptureError("cannot replay " + where() + ": its dataflow was never run");
      Part& part = state_->parts[part_];
      if (next_ != part.events.size()) {
        event = part.events[next_++];
        return Poll::State::more;
      }
      if (part.closed) return Poll::State::end;
      if (state_->broken)
        throw CaptureError("cannot replay " + where() +
                           ": it is not whole, since its dataflow failed or was cancelled");
      if (std::ranges::find(part.waiting, this) == part.waiting.end()) part.waiting.push_back(this);
      return Poll::State::wait;
    }
    std::string where() const override {
      return "part " + std::to_string(part_) + " of a capture in memory, after " +
             std::to_string(next_) + " events";
    }

    std::function<void()> wake_;

   private:
    std::shared_ptr<State> state_;
    std::uint32_t part_;
    std::size_t next_ = 0;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace tidemark
