// SPDX-License-Identifier: MIT
#include <tidemark/core/process/input_progress.hpp>

#include <algorithm>
#include <cmath>

namespace tidemark {

InputCounters& InputProgressBook::counters(const std::string& id, std::uint32_t worker) {
  const std::lock_guard lock(mutex_);
  return inputs_[id][worker];
}

std::uint64_t InputProgressBook::bad(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bad = 0;
  if (const auto input = inputs_.find(id); input != inputs_.end())
    for (const auto& [worker, counters] : input->second)
      bad += counters.bad.load(std::memory_order_relaxed);
  return bad;
}

std::optional<Clock::time_point> InputProgressBook::silent_since(const std::string& id,
                                                                 std::uint32_t worker) const {
  const std::lock_guard lock(mutex_);
  const auto input = inputs_.find(id);
  if (input == inputs_.end()) return std::nullopt;
  const auto counters = input->second.find(worker);
  if (counters == input->second.end()) return std::nullopt;
  const std::int64_t since = counters->second.given_at.load(std::memory_order_relaxed);
  return Clock::time_point(Clock::duration(std::chrono::nanoseconds(since)));
}

std::vector<InputProgress> InputProgressBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<InputProgress> all;
  for (const auto& [id, workers] : inputs_) {
    InputProgress& input = all.emplace_back(InputProgress{id});
    for (const auto& [worker, counters] : workers) {
      input.records += counters.records.load(std::memory_order_relaxed);
      input.bad += counters.bad.load(std::memory_order_relaxed);
      input.epoch = std::max(input.epoch, counters.epoch.load(std::memory_order_relaxed));
      input.behind = std::max(input.behind, counters.behind.load(std::memory_order_relaxed));
    }
  }
  return all;
}

std::string progress_line(const std::vector<InputProgress>& before,
                          const std::vector<InputProgress>& now,
                          std::chrono::duration<double> elapsed, std::size_t width) {
  std::string line;
  for (const InputProgress& input : now) {
    const auto old = std::ranges::find(before, input.id, &InputProgress::id);
    const std::uint64_t since = input.records - (old == before.end() ? 0 : old->records);
    const auto rate =
        elapsed.count() > 0 ? std::llround(static_cast<double>(since) / elapsed.count()) : 0LL;
    line += (line.empty() ? "" : " | ") + input.id + ": " + std::to_string(input.records) +
            " records, " + std::to_string(rate) + "/s, epoch " + std::to_string(input.epoch) +
            ", " + std::to_string(input.behind) + " behind" +
            (input.bad == 0 ? "" : ", " + std::to_string(input.bad) + " bad");
  }
  if (line.size() > width) line.resize(width);
  return line;
}

}  // namespace tidemark
