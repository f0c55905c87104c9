// SPDX-License-Identifier: MIT
//
// SimplePollingInput: a source that asks a function now and then.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Calls `next()` once in each `interval`, at one worker, and gives the std::optional record that
/// it returns; it never ends. Calls that were missed are not made up for. With `align_to` the calls
/// fall on that time of the wall clock and whole intervals before and after it. Throws ConfigError
/// for an interval below 10 ms.
///
///     SimplePollingInput(1min, read_thermometer)
template <typename Next>
class SimplePollingInput {
 public:
  using Wall = std::chrono::system_clock;                              ///< that of `align_to`
  using item_type = typename std::invoke_result_t<Next&>::value_type;  ///< what `next` may return

  /// `wall_now` is the clock that `align_to` is of.
  SimplePollingInput(std::chrono::nanoseconds interval, Next next,
                     std::optional<Wall::time_point> align_to = {},
                     std::function<Wall::time_point()> wall_now = &Wall::now)
      : interval_(interval),
        next_(std::move(next)),
        align_to_(align_to),
        wall_now_(std::move(wall_now)) {
    if (interval < std::chrono::milliseconds(10))
      throw ConfigError("SimplePollingInput was given an interval of " +
                        std::to_string(interval.count()) + " ns; it must be at least 10 ms");
  }

  ///@{
  /// As PartitionedSource says (source.hpp): there is one part, without a position.
  std::vector<std::string> parts() const { return {"singleton"}; }
  bool gives_again() const { return false; }
  std::unique_ptr<SourcePart<item_type>> open(const std::string&,
                                              const SourceContext& context) const {
    Clock::time_point first = context.now();
    if (align_to_) {
      const auto behind = (wall_now_() - *align_to_) % interval_;  // negative before align_to
      if (behind.count() > 0) first += interval_ - behind;
      if (behind.count() < 0) first -= behind;
    }
    return std::make_unique<Part>(interval_, next_, context.now, first);
  }
  ///@}

 private:
  struct Part final : SourcePart<item_type> {
    Part(std::chrono::nanoseconds every, Next to_call, std::function<Clock::time_point()> clock,
         Clock::time_point first)
        : interval(every),
          next(std::move(to_call)),
          now(std::move(clock)),
          due(first) {}

    Poll next_batch(std::vector<item_type>& batch) override {
      const Clock::time_point at = now();
      if (at < due) return {Poll::State::wait, due};
      if (std::optional<item_type> item = std::invoke(next)) batch.push_back(*std::move(item));
      due += interval * ((at - due) / interval + 1);
      return {Poll::State::wait, due};
    }

    std::chrono::nanoseconds interval;
    Next next;
    std::function<Clock::time_point()> now;
    Clock::time_point due;
  };

  std::chrono::nanoseconds interval_;
  Next next_;
  std::optional<Wall::time_point> align_to_;
  std::function<Wall::time_point()> wall_now_;
};

}  // namespace tidemark
