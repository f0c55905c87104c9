// SPDX-License-Identifier: MIT
//
// The virtual network: carries messages between virtual processes, in the deterministic executor's
// virtual time, as fast and as reliably as it is told.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/core/network_options.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/timers.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <vector>

namespace tidemark {

/// Carries messages: progress between stations, and data between processes. What has the same
/// sender, receiver and kind comes first in, first out.
///
/// On a link without latency, jitter, limit of bandwidth and stalls, and within a process, a
/// message takes no time and comes in an order drawn from the seed: it is a task of the executor.
/// On any other it comes at a point in virtual time: when its bytes and all those before them have
/// passed the link, and after latency and jitter, and not before what its sender has sent earlier.
///
/// Thread: the deterministic executor's only one.
class VirtualNetwork {
 public:
  enum class Kind : std::uint8_t { progress, data };

  /// Who sends what to whom.
  struct Way {
    Kind kind{};
    std::uint32_t from = 0;  ///< sender: the number of a station, of data that of a process; < 2^31
    std::uint32_t to = 0;    ///< receiver, likewise
    std::uint32_t from_process = 0;
    std::uint32_t to_process = 0;
  };

  VirtualNetwork(NetworkOptions options, std::uint64_t seed, Executor& executor);

  /// Takes a message: `deliver` is called at the receiving end, not before `depart`.
  void send(const Way& way, std::uint64_t bytes, std::function<void()> deliver);

  /// Hands all that was sent to the executor, which may deliver at once (as some in the tests do):
  /// the caller holds no lock.
  void depart();

 private:
  /// When a link or a process stands still.
  class Standstill {
   public:
    Standstill() = default;
    Standstill(const Stalls& stalls, std::uint64_t seed) : stalls_(stalls), random_(seed) {}
    /// The first instant from `when` on at which it does not.
    Clock::time_point end_of(Clock::time_point when);

   private:
    Stalls stalls_;
    Random random_{0};
    Clock::time_point begin_{};
    Clock::time_point end_{};
  };

  struct Link {
    LinkOptions options;
    Clock::time_point free{};  // when all that was sent has passed
    Standstill standstill;
  };

  struct Flow final : Task {
    void run() override {
      const std::function<void()> deliver = std::move(queue.front());
      queue.pop_front();
      deliver();
    }
    std::list<std::function<void()>> queue;  // a deque would keep memory while it is empty
    Clock::time_point last{};                // when the last one comes
  };

  struct Departing {
    Flow* flow;
    bool timed;
    Clock::time_point when;
  };

  bool chance(double probability);
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);
  Link& link_between(std::uint32_t from, std::uint32_t to);
  bool takes_time(const Way& way);
  Clock::time_point arrival(const Way& way, std::uint64_t bytes);
  void queue(const Way& way, std::uint64_t bytes, bool reordered, std::function<void()> deliver);

  NetworkOptions options_;
  Random random_;
  Executor* executor_;
  // Looked up only; their order would depend on the library.
  std::unordered_map<std::uint64_t, Flow> flows_;
  std::unordered_map<std::uint64_t, Link> links_;
  std::unordered_map<std::uint32_t, Standstill> processes_;
  std::vector<Departing> departing_;
  Timers timers_;
};

}  // namespace tidemark
