// SPDX-License-Identifier: MIT
//
// Input shards: the parts that one worker reads of a source, and the epochs that each is in.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// When an input's epochs end, and how far it may run ahead. The first epoch is 1.
struct InputOptions {
  /// An epoch ends after this time, at the end of a poll; with 0 each poll that gave something ends
  /// one.
  std::chrono::milliseconds epoch_interval = std::chrono::seconds(10);
  /// An epoch ends, too, when it has this many records. What may be in the dataflow at a time, and
  /// so its memory while a sink is slow, is bounded by this and `epochs_ahead`. Not limited unless
  /// asked for: a part that is silent ends its epochs by the interval only, and none may be further
  /// ahead of it.
  std::size_t epoch_items = std::numeric_limits<std::size_t>::max();
  /// An epoch may begin only when all epochs this many before it are complete everywhere. At least
  /// 1.
  std::uint64_t epochs_ahead = 8;
};

namespace detail {

/// One part being read, with the right to send in its current epoch.
template <typename Item>
struct OpenPart {
  std::string name;
  std::unique_ptr<SourcePart<Item>> source;
  Capability<Epoch> capability;
  std::shared_ptr<std::atomic<bool>> woken;  // by the part; true at first
  Clock::time_point epoch_began{};
  std::size_t epoch_items = 0;
  Poll next{};
  Clock::time_point timer{};  // set for next.at
};

/// Where the positions of an input's parts are kept; null store: nowhere.
struct KeptPositions {
  StateStore* store = nullptr;
  std::string step;
  std::uint32_t worker = 0;

  void save(const std::string& part, Epoch epoch, std::optional<std::string> position) const {
    if (store != nullptr && position)
      store->save(step, worker, epoch.value, {{part, std::move(position)}});
  }
  Epoch first_epoch() const { return {store == nullptr ? 1 : store->first_epoch()}; }
};

/// The shard of an input step at one worker: polls its parts in turn.
template <typename Item>
class InputShard {
 public:
  InputShard(const InputOptions& options, OutputPort<Epoch, Item>& out,
             const std::vector<FrontierWatch<Epoch>*>& ends, std::function<void()> poll_again,
             Activator activator, KeptPositions positions, Worker& worker, std::uint32_t dataflow)
      : options_(options),
        interval_(std::clamp<std::chrono::milliseconds>(
            options.epoch_interval, std::chrono::milliseconds(0), longest_interval)),
        out_(&out),
        ends_(&ends),
        poll_again_(std::move(poll_again)),
        activator_(std::move(activator)),
        positions_(std::move(positions)),
        worker_(&worker),
        dataflow_(dataflow),
        counters_(&worker.process().input_progress().counters(positions_.step, worker.index())) {}

  /// Polls what may be polled. `open_parts()` gives the parts, and is called once.
  template <typename OpenParts>
  void run(OpenParts&& open_parts) {
    const Clock::time_point now = worker_->process().executor().now();
    if (!opened_) {
      opened_ = true;
      for (OpenPart<Item>& part : parts_ = open_parts())
        begin_epoch(part, positions_.first_epoch(), now);
    }
    std::erase_if(parts_, [&](OpenPart<Item>& part) {
      if (worker_->process().stop_requested()) return end(part);
      return may_send_at(part.capability.time()) && !advance(part, now);
    });
  }

 private:
  /// False if the part has ended.
  bool advance(OpenPart<Item>& part, Clock::time_point now) {
    bool polled_nothing = true;
    if (is_due(part, now)) {
      part.next = part.source->next_batch(buffer_);
      part.epoch_items += buffer_.size();
      counters_->records.fetch_add(buffer_.size(), std::memory_order_relaxed);
      polled_nothing = buffer_.empty();
      out_->at(part.capability).give_all(buffer_);
      out_->flush();
      if (part.next.state == Poll::State::end) return !end(part);
      if (part.next.state == Poll::State::abort) worker_->process().cancel(dataflow_);
      if (part.next.state == Poll::State::more && polled_nothing)
        part.next = {Poll::State::wait, now + std::chrono::milliseconds(1)};
    }
    const bool interval_over =
        now >= part.epoch_began + interval_ && !(polled_nothing && interval_.count() == 0);
    if (interval_over || part.epoch_items >= options_.epoch_items) {
      if (part.epoch_items != 0)
        positions_.save(part.name, part.capability.time(), part.source->position());
      begin_epoch(part, Epoch{part.capability.time().value + 1}, now);
    }
    set_timers(part, now);
    return true;
  }

  static bool is_due(OpenPart<Item>& part, Clock::time_point now) {
    const bool woken = part.woken->exchange(false);
    if (part.next.state == Poll::State::more) return true;
    return part.next.state == Poll::State::wait &&
           (woken || (part.next.at && now >= *part.next.at));
  }

  void set_timers(OpenPart<Item>& part, Clock::time_point now) {
    if (part.next.state == Poll::State::more) {
      poll_again_();
    } else if (interval_.count() != 0 && timer_ <= now) {
      timer_ = std::max(now, part.epoch_began) + interval_;
      activator_.activate_at(timer_);
    }
    if (part.next.at && (*part.next.at != part.timer || *part.next.at <= now)) {
      part.timer = *part.next.at;  // one timer is enough
      activator_.activate_at(*part.next.at);
    }
  }

  void begin_epoch(OpenPart<Item>& part, Epoch epoch, Clock::time_point now) {
    part.capability.downgrade(epoch);
    part.epoch_began = now;
    part.epoch_items = 0;
    counters_->epoch.store(epoch.value, std::memory_order_relaxed);
    counters_->behind.store(epochs_open_before(epoch), std::memory_order_relaxed);
  }

  /// Keeps where the part has ended, for a run that goes on after it. Always true.
  bool end(OpenPart<Item>& part) {
    positions_.save(part.name, part.capability.time(), part.source->position());
    return true;
  }

  /// How many epochs before this one are not complete everywhere.
  std::uint64_t epochs_open_before(Epoch epoch) const {
    std::uint64_t open = 0;
    for (FrontierWatch<Epoch>* end : *ends_) {
      end->reader.refresh();
      for (const Epoch& next : end->reader.frontier())
        if (next < epoch) open = std::max(open, epoch.value - next.value);
    }
    return open;
  }

  /// True if all epochs that are `epochs_ahead` or more before this one are complete everywhere. If
  /// not, the operator runs again when the ends' frontiers have moved.
  bool may_send_at(Epoch epoch) const {
    if (epoch.value <= options_.epochs_ahead) return true;
    const Epoch oldest{epoch.value - options_.epochs_ahead};
    for (FrontierWatch<Epoch>* end : *ends_) {
      end->reader.refresh();
      if (end->reader.frontier().less_equal_to(oldest)) return false;
    }
    return true;
  }

  static constexpr std::chrono::hours longest_interval{24 * 365 * 100};  // the clock has 292 years

  InputOptions options_;
  std::chrono::milliseconds interval_;
  OutputPort<Epoch, Item>* out_;
  const std::vector<FrontierWatch<Epoch>*>* ends_;
  std::function<void()> poll_again_;  // in the next step
  Activator activator_;               // from timers
  KeptPositions positions_;
  Worker* worker_;
  std::uint32_t dataflow_;
  InputCounters* counters_;
  Clock::time_point timer_{};  // set to end an epoch in which nothing comes
  bool opened_ = false;
  std::vector<OpenPart<Item>> parts_;
  std::vector<Item> buffer_;
};

}  // namespace detail
}  // namespace tidemark
