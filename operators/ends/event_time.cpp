// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/event_time.hpp>

#include <string>

namespace tidemark::detail {

void require_event_time_options(const std::string& id, const EventTimeOptions& options,
                                const AheadLimits& limits) {
  const auto require = [&](const char* what, std::optional<Span> span) {
    if (span && span->length().count() < 0)
      throw ConfigError("event_time '" + id + "': " + what + " is " +
                        std::to_string(span->length().count()) + " ns; it must be at least 0");
  };
  require("the wait", options.wait);
  require("idle_after", options.idle_after);
  require("of_clock", limits.of_clock);
  require("of_part", limits.of_part);
}

void require_ahead_limits(const std::string& id, const AheadLimits& limits) {
  if (!limits.of_clock && !limits.of_part)
    throw ConfigError(
        "event_time_within '" + id +
        "': how far ahead a stamp may lie is not said; say it by of_clock or of_part, "
        "or use event_time");
}

bool accept_stamp(PartTimes& part, EventTime time, EventTime wall, const AheadLimits& limits) {
  const bool beyond_clock = limits.of_clock && time > advanced(wall, limits.of_clock->length());
  const bool beyond_part = limits.of_part && part.greatest != before_all_time &&
                           time > advanced(part.greatest, limits.of_part->length());
  if (beyond_clock) return false;
  if (beyond_part && (limits.believe_after == 0 || part.too_far++ != limits.believe_after))
    return false;
  part.too_far = 0;
  part.greatest = std::max(part.greatest, time);
  return true;
}

}  // namespace tidemark::detail
