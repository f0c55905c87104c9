// SPDX-License-Identifier: MIT
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process/asking.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tidemark {
namespace {

using Questions = std::vector<std::shared_ptr<Question>>;
using Report = std::function<void(const std::vector<Explanation>&)>;

void look_again(Timers& timers, Questions questions, Report report, int looks_left) {
  const Clock::time_point soon = timers.executor().now() + std::chrono::milliseconds(50);
  timers.call_at(soon, [&timers, questions = std::move(questions), report = std::move(report),
                        looks_left]() mutable {
    const bool answered =
        std::ranges::all_of(questions, [](const auto& q) { return q->answered(); });
    if (!answered && looks_left > 0)
      return look_again(timers, std::move(questions), std::move(report), looks_left - 1);
    std::vector<Explanation> all;
    for (const auto& question : questions)
      std::ranges::move(question->explain(), std::back_inserter(all));
    report(all);
  });
}

}  // namespace

void report_when_answered(Timers& timers, Questions questions, Report report) {
  look_again(timers, std::move(questions), std::move(report), 20);
}

}  // namespace tidemark
