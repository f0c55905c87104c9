// SPDX-License-Identifier: MIT
//
// How far the inputs of a run have come, for people who watch it.
#pragma once

#include <tidemark/core/timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// What one worker has read of an input, kept by that worker and read by any thread.
struct alignas(64) InputCounters {
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> bad{0};     ///< that could not be read
  std::atomic<std::uint64_t> epoch{0};   ///< the last that it has begun
  std::atomic<std::uint64_t> behind{0};  ///< epochs that it has begun and that are not complete
  /// When it last gave a record, or was opened, in nanoseconds of the executor's clock.
  std::atomic<std::int64_t> given_at{0};
};

/// An input, all workers together.
struct InputProgress {
  std::string id;
  std::uint64_t records = 0;
  std::uint64_t epoch = 0;   ///< the last that any worker has begun
  std::uint64_t behind = 0;  ///< epochs begun and not complete: how far the rest lags behind it
  std::uint64_t bad = 0;     ///< records that could not be read
};

/// The inputs of a run. Thread: any.
class InputProgressBook {
 public:
  /// Where `worker` counts what it reads of the input `id`, of any dataflow. Lives as long as this.
  InputCounters& counters(const std::string& id, std::uint32_t worker);
  /// How many records of the input `id` could not be read, at all workers.
  std::uint64_t bad(const std::string& id) const;
  /// Since when the input has given nothing at a worker; nullopt if that does not read it.
  std::optional<Clock::time_point> silent_since(const std::string& id, std::uint32_t worker) const;
  /// How far the inputs have come, in the order of their ids.
  std::vector<InputProgress> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::uint32_t, InputCounters>> inputs_;  // by id and worker
};

/// One line of at most `width` characters, "lines: 1200 records, 600/s, epoch 3, 2 behind" for each
/// input, and ", 7 bad" if it has bad records. `before` is what `now` was, `elapsed` ago; an input
/// that is not in it began with nothing.
std::string progress_line(const std::vector<InputProgress>& before,
                          const std::vector<InputProgress>& now,
                          std::chrono::duration<double> elapsed, std::size_t width);

}  // namespace tidemark
