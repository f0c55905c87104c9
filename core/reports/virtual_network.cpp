// SPDX-License-Identifier: MIT
#include <tidemark/core/reports/virtual_network.hpp>

#include <algorithm>
#include <utility>

namespace tidemark {

using std::chrono::nanoseconds;

VirtualNetwork::VirtualNetwork(NetworkOptions options, std::uint64_t seed, Executor& executor)
    : options_(std::move(options)),
      random_(seed ^ 0x6E6574776F726Bu),  // not the numbers that the executor draws
      executor_(&executor),
      timers_(executor) {}

bool VirtualNetwork::chance(double probability) {
  if (probability <= 0) return false;
  return static_cast<double>(random_.next() >> 11) * 0x1p-53 < probability;
}

namespace {

nanoseconds drawn(Random& random, nanoseconds most) {
  if (most.count() <= 0) return nanoseconds{0};
  return nanoseconds(random.below(static_cast<std::uint64_t>(most.count()) + 1));
}

}  // namespace

nanoseconds VirtualNetwork::up_to(nanoseconds most) {
  return drawn(random_, most);
}

Clock::time_point VirtualNetwork::Standstill::end_of(Clock::time_point when) {
  if (stalls_.every.count() <= 0 || stalls_.length.count() <= 0) return when;
  const nanoseconds cycle = stalls_.every + stalls_.length;
  if (when - end_ > 1000 * cycle) end_ = when - cycle;  // nobody has looked for long
  while (when >= end_) {
    begin_ = end_ + drawn(random_, 2 * stalls_.every);
    end_ = begin_ + drawn(random_, 2 * stalls_.length) + nanoseconds{1};
  }
  return when >= begin_ ? end_ : when;
}

VirtualNetwork::Link& VirtualNetwork::link_between(std::uint32_t from, std::uint32_t to) {
  const auto [at, is_new] = links_.try_emplace(std::uint64_t{from} << 32 | to);
  if (is_new) {
    if (options_.link_between) {
      at->second.options = options_.link_between(from, to);
    } else {
      at->second.options = options_.link;
    }
    at->second.standstill = Standstill(at->second.options.stalls, random_.next());
  }
  return at->second;
}

bool VirtualNetwork::takes_time(const Way& way) {
  if (way.from_process == way.to_process) return false;
  return options_.process_stalls != Stalls{} ||
         link_between(way.from_process, way.to_process).options != LinkOptions{};
}

Clock::time_point VirtualNetwork::arrival(const Way& way, std::uint64_t bytes) {
  Link& link = link_between(way.from_process, way.to_process);
  link.free = std::max(link.free, executor_->now());
  if (link.options.bandwidth != 0)
    link.free += nanoseconds(bytes * 1'000'000'000 / link.options.bandwidth);
  Clock::time_point when = link.free + link.options.latency + up_to(link.options.jitter);
  when = link.standstill.end_of(when);
  const auto [at, is_new] = processes_.try_emplace(way.to_process);
  if (is_new) at->second = Standstill(options_.process_stalls, random_.next());
  return at->second.end_of(when);
}

void VirtualNetwork::queue(const Way& way, std::uint64_t bytes, bool reordered,
                           std::function<void()> deliver) {
  // What is reordered travels in a flow of its own.
  const std::uint64_t key = std::uint64_t{way.kind == Kind::data} << 63 |
                            std::uint64_t{reordered} << 62 | std::uint64_t{way.from} << 31 | way.to;
  Flow& flow = flows_[key];
  const bool timed = takes_time(way);
  if (timed) {
    Clock::time_point when = arrival(way, bytes);
    if (reordered) when += up_to(4 * (when - executor_->now()));
    flow.last = std::max(flow.last, when);
  }
  flow.queue.push_back(std::move(deliver));
  departing_.push_back({&flow, timed, flow.last});
}

void VirtualNetwork::send(const Way& way, std::uint64_t bytes, std::function<void()> deliver) {
  bool reordered = false;
  if (way.kind == Kind::progress) {
    if (chance(options_.drop)) return;
    reordered = chance(options_.reorder);
    if (chance(options_.duplicate)) queue(way, bytes, reordered, deliver);
  }
  queue(way, bytes, reordered, std::move(deliver));
}

void VirtualNetwork::depart() {
  for (const auto& [flow, timed, when] : std::exchange(departing_, {})) {
    if (timed) {
      timers_.call_at(when, [flow = flow] { flow->run(); });
    } else {
      executor_->submit(*flow);
    }
  }
}

}  // namespace tidemark
