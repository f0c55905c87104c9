// SPDX-License-Identifier: MIT
//
// input: reads a source and says in which epoch its records are.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
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
  /// An epoch ends, too, when it has this many records.
  std::size_t epoch_items = std::numeric_limits<std::size_t>::max();
  /// An epoch may begin only when all epochs this many before it are complete everywhere. At least
  /// 1.
  std::uint64_t epochs_ahead = 8;
};

namespace detail {

/// One part being read, with the right to send in its current epoch.
template <typename Item>
struct OpenPart {
  std::unique_ptr<SourcePart<Item>> source;
  Capability<Epoch> capability;
  Clock::time_point epoch_began{};
  std::size_t epoch_items = 0;
  Clock::time_point polled_at{};  // when the part has asked to be, at last
};

/// The shard of an input step at one worker: polls its parts in turn.
template <typename Item>
class InputShard {
 public:
  InputShard(const InputOptions& options, OutputPort<Epoch, Item>& out,
             const std::vector<FrontierWatch<Epoch>*>& ends, std::function<void()> poll_again,
             Activator activator)
      : options_(options),
        interval_(std::clamp<std::chrono::milliseconds>(
            options.epoch_interval, std::chrono::milliseconds(0), longest_interval)),
        out_(&out),
        ends_(&ends),
        poll_again_(std::move(poll_again)),
        activator_(std::move(activator)) {}

  /// Polls what may be polled. `open_parts()` gives the parts, and is called once.
  template <typename OpenParts>
  void run(Clock::time_point now, OpenParts&& open_parts) {
    if (!opened_) {
      opened_ = true;
      for (OpenPart<Item>& part : parts_ = open_parts()) begin_epoch(part, Epoch{1}, now);
    }
    std::erase_if(parts_, [&](OpenPart<Item>& part) {
      return may_send_at(part.capability.time()) && !poll(part, now);
    });
  }

 private:
  /// False if the part has ended.
  bool poll(OpenPart<Item>& part, Clock::time_point now) {
    const Poll next = part.source->next_batch(buffer_);
    part.epoch_items += buffer_.size();
    const bool polled_nothing = buffer_.empty();
    out_->at(part.capability).give_all(buffer_);
    out_->flush();
    if (next.state == Poll::State::end) return false;

    const bool interval_over =
        now >= part.epoch_began + interval_ && !(polled_nothing && interval_.count() == 0);
    if (interval_over || part.epoch_items >= options_.epoch_items)
      begin_epoch(part, Epoch{part.capability.time().value + 1}, now);
    if (next.state == Poll::State::more) {
      poll_again_();
    } else if (interval_.count() != 0 && timer_ <= now) {
      timer_ = std::max(now, part.epoch_began) + interval_;
      activator_.activate_at(timer_);
    }
    if (next.at && (*next.at != part.polled_at || *next.at <= now)) {  // one timer is enough
      part.polled_at = *next.at;
      activator_.activate_at(*next.at);
    }
    return true;
  }

  void begin_epoch(OpenPart<Item>& part, Epoch epoch, Clock::time_point now) {
    part.capability.downgrade(epoch);
    part.epoch_began = now;
    part.epoch_items = 0;
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
  Clock::time_point timer_{};         // set to end an epoch in which nothing comes
  bool opened_ = false;
  std::vector<OpenPart<Item>> parts_;
  std::vector<Item> buffer_;
};

}  // namespace detail

/// Begins a stream with the records of `source`. Each part is read by one worker, in epochs of its
/// own; no records move to other workers.
template <PartitionedSource S>
Stream<Epoch, typename S::item_type> input(Scope<Epoch>& scope, std::string id, S source,
                                           InputOptions options = {}) {
  using Item = typename S::item_type;
  if (options.epochs_ahead == 0)
    throw ConfigError("input '" + id + "' may run 0 epochs ahead, so no epoch could ever begin; " +
                      "epochs_ahead must be at least 1");
  OperatorBuilder<Epoch> op(scope, "input", std::move(id));
  op.set_interest(Interest::when_holding);
  auto [out, stream] = op.template output<Item>();
  detail::InputShard<Item> shard(options, out, op.watch_ends(), op.reactivate(), op.activator());

  // Each part begins with a capability of its own, made of the operator's first.
  auto open_parts = [source = std::move(source), activator = op.activator(),
                     &worker = scope.worker(),
                     first = std::optional(op.initial_capability(0))]() mutable {
    const SourceContext context{[activator] { activator.activate(); },
                                worker.process().config().executor == ExecutorKind::deterministic,
                                [&worker] { return worker.process().executor().now(); }};
    const std::vector<std::string> names = source.parts();
    std::vector<detail::OpenPart<Item>> parts;
    for (std::size_t i = worker.index(); i < names.size(); i += worker.peers())
      parts.push_back({source.open(names[i], context), first->delayed(first->time())});
    first.reset();
    return parts;
  };
  op.build([shard = std::move(shard), open_parts = std::move(open_parts),
            &executor = scope.worker().process().executor()]() mutable {
    shard.run(executor.now(), open_parts);
  });
  return stream;
}

/// The same in a blueprint.
template <PartitionedSource S>
FlowStream<typename S::item_type> input(Dataflow& flow, std::string id, S source,
                                        InputOptions options = {}) {
  return flow.add_source(
      [id, source, options](Scope<Epoch>& scope) { return input(scope, id, source, options); });
}

}  // namespace tidemark
