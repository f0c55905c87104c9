// SPDX-License-Identifier: MIT
#include <tidemark/core/event_time.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace tidemark {

std::string to_iso8601(EventTime time) {
  if (time == before_all_time) return "the beginning of time";
  if (time == after_all_time) return "the end of time";
  using std::chrono::days, std::chrono::nanoseconds;
  // By the remainder: the day in which time begins lies, as nanoseconds, before all time.
  nanoseconds in_day = time.time_since_epoch() % days(1);
  auto day = std::chrono::duration_cast<days>(time.time_since_epoch());
  if (in_day < nanoseconds(0)) {
    in_day += days(1);
    day -= days(1);
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss clock{in_day};
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  std::string digits = text;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits + 'Z';
}

}  // namespace tidemark
