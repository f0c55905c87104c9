// SPDX-License-Identifier: MIT
//
// A source that gives each record when its time has come, by the clock of the run.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// On the deterministic executor time goes on only when nobody has anything to do, so what happens
/// between two records is settled.
template <typename Item>
class TimedInput {
 public:
  using item_type = Item;
  using Schedule = std::vector<std::pair<std::chrono::milliseconds, Item>>;

  /// Ends at `end`.
  TimedInput(Schedule schedule, std::chrono::milliseconds end)
      : schedule_(std::move(schedule)),
        end_(end) {}

  std::vector<std::string> parts() const { return {"timed"}; }
  std::unique_ptr<SourcePart<Item>> open(const std::string&, const SourceContext& context) const {
    auto part = std::make_unique<Part>();
    part->schedule = schedule_;
    part->end = end_;
    part->now = context.now;
    part->began = context.now();
    return part;
  }

 private:
  struct Part final : SourcePart<Item> {
    Poll next_batch(std::vector<Item>& batch) override {
      for (; next != schedule.size(); ++next) {
        const auto due = began + schedule[next].first;
        if (due > now()) return {Poll::State::wait, due};
        batch.push_back(schedule[next].second);
      }
      if (began + end > now()) return {Poll::State::wait, began + end};
      return {Poll::State::end, {}};
    }

    Schedule schedule;
    std::chrono::milliseconds end{};
    std::function<Clock::time_point()> now;
    Clock::time_point began;
    std::size_t next = 0;
  };

  Schedule schedule_;
  std::chrono::milliseconds end_;
};

}  // namespace tidemark::tests
