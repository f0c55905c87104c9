// SPDX-License-Identifier: MIT
//
// Question: how late are answers when requests come at fixed times, whether or not earlier ones
// have been answered, and how many a second can there be?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

/// Request i is due i / rate seconds after the first. Each is sent as soon as its sender gets to
/// it, and its latency counts from when it was due.
class Schedule {
 public:
  Schedule(double rate, std::uint64_t requests) : interval_(1e9 / rate), requests_(requests) {}

  std::uint64_t requests() const { return requests_; }
  Clock::time_point due(std::uint64_t request) const {
    return begin_ + std::chrono::nanoseconds(
                        static_cast<std::int64_t>(interval_ * static_cast<double>(request)));
  }
  /// How many requests are due by now.
  std::uint64_t due_now() const {
    const std::chrono::duration<double, std::nano> since = Clock::now() - begin_;
    return since.count() < 0
               ? 0
               : std::min(requests_, static_cast<std::uint64_t>(since.count() / interval_) + 1);
  }

 private:
  double interval_;  // ns
  std::uint64_t requests_;
  Clock::time_point begin_ = Clock::now() + std::chrono::microseconds(500);
};

/// In ns, one for each request.
class Latencies {
 public:
  void add(const Schedule& schedule, std::uint64_t request, Clock::time_point now) {
    all_.push_back(std::chrono::duration<double, std::nano>(now - schedule.due(request)).count());
  }
  double quantile(double q, const Schedule& schedule) {
    check(all_.size() == schedule.requests(), "the number of answers");
    const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(all_.size() - 1));
    std::ranges::nth_element(all_, all_.begin() + at);
    return all_[static_cast<std::size_t>(at)];
  }

 private:
  std::vector<double> all_;
};

/// One worker sends, in an epoch for all requests that are due; the other answers complete epochs.
double ours(double rate, std::uint64_t requests, double q) {
  const Schedule schedule(rate, requests);
  Latencies latencies;
  execute({.workers = 2}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      auto answered = unary_due<int>(
          stream, Exchange{[](std::uint64_t) { return 1; }}, "answer", "",
          [&, open = OpenTimes<Epoch, std::vector<std::uint64_t>>{}](auto& in, auto& out) mutable {
            in.for_each([&](auto& batch) {
              auto& due = open.at(batch, out);
              due.insert(due.end(), batch.begin(), batch.end());
            });
            const auto answer = [&](const auto&, const auto& due) {
              const Clock::time_point now = Clock::now();
              for (const std::uint64_t request : due) latencies.add(schedule, request, now);
            };
            open.release(answer, in.frontier());
          });
      return std::pair{std::move(handle), tidemark::probe(answered)};
    });
    for (std::uint64_t sent = 0; worker.index() == 0 && sent != requests;) {
      if (const std::uint64_t due = schedule.due_now(); sent != due) {
        for (; sent != due; ++sent) input.send(sent);
        input.advance_to(input.time().value + 1);
      }
      worker.step();
    }
    input.close();
    worker.step_while([&probe = probe] { return !probe.done(); });
  });
  return latencies.quantile(q, schedule);
}

double by_hand(double rate, std::uint64_t requests, double q) {
  const Schedule schedule(rate, requests);
  Latencies latencies;
  const auto ring = std::make_unique<Ring>();
  const Patience patience(2);
  run_threads(2, [&](std::uint32_t self) {
    if (self == 0) {
      for (std::uint64_t sent = 0; sent != requests;) {
        std::uint64_t due = 0;
        patience.until([&] { return (due = schedule.due_now()) != sent; });
        Ring::Block* block = nullptr;
        patience.until([&] { return (block = ring->to_fill()) != nullptr; });
        for (; sent != due && block->size != block->records.size(); ++sent)
          block->records[block->size++] = sent;
        ring->push();
      }
      return 0.0;
    }
    for (std::uint64_t answered = 0; answered != requests;) {
      const Ring::Block* block = nullptr;
      patience.until([&] { return (block = ring->to_read()) != nullptr; });
      const Clock::time_point now = Clock::now();
      for (std::size_t i = 0; i != block->size; ++i)
        latencies.add(schedule, block->records[i], now);
      answered += block->size;
      ring->pop();
    }
    return 0.0;
  });
  return latencies.quantile(q, schedule);
}

/// Nanoseconds per request at the highest rate at which 9 of 10 answers come within a millisecond,
/// when requests come for `ms`: by bisection of the logarithm, to 10 %.
template <typename Run>
double sustainable(std::uint64_t ms, Run run) {
  double low = 1e3;  // per second
  double high = 1e9;
  while (high / low > 1.1) {
    const double rate = std::sqrt(low * high);
    const auto requests =
        std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rate * 1e-3) * ms, 10, 1'000'000);
    (run(rate, requests, 0.9) < 1e6 ? low : high) = rate;
  }
  return 1e9 / low;
}

}  // namespace

void add_open_loop_rows(Rows& rows) {
  constexpr double rate = 100'000;
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}})
    rows.push_back({.name = std::string("open_loop_") + name,
                    .workers = 2,
                    .per = "100,000 a second",
                    .baseline = "2 threads, a ring",
                    .quick_rounds = 3'000,
                    .full_rounds = 50'000,
                    .ours = [q](std::uint64_t requests) { return ours(rate, requests, q); },
                    .by_hand = [q](std::uint64_t requests) { return by_hand(rate, requests, q); }});
  rows.push_back({.name = "open_loop_rate",
                  .workers = 2,
                  .per = "request",
                  .baseline = "2 threads, a ring",
                  .quick_rounds = 5,
                  .full_rounds = 20,
                  .ours = [](std::uint64_t ms) { return sustainable(ms, ours); },
                  .by_hand = [](std::uint64_t ms) { return sustainable(ms, by_hand); }});
}

}  // namespace tidemark::bench
