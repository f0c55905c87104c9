// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/windowing/windowers/calendar_windower.hpp>

namespace tidemark {
namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_seconds;

constexpr local_days epoch{};
constexpr auto first_month = std::chrono::year(1970) / std::chrono::January;

std::int64_t floor_of(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

EventTime clamped(sys_seconds time) {
  if (time < std::chrono::ceil<std::chrono::seconds>(before_all_time)) return before_all_time;
  if (time > std::chrono::floor<std::chrono::seconds>(after_all_time)) return after_all_time;
  return time;
}

std::string count_text(std::chrono::seconds seconds) {
  return std::to_string(seconds.count()) + " s";
}

}  // namespace

CalendarWindow::CalendarWindow(Unit unit, const TimeZone& zone, int count, local_days first)
    : unit_(unit),
      zone_(zone),
      step_(std::int64_t{count} * (unit == Unit::weeks ? 7 : 1)),
      first_(first) {
  if (count < 1 || count > 10'000)
    throw ConfigError(name() + ": the count is " + std::to_string(count) +
                      "; it must be from 1 to 10,000");
}

CalendarWindow CalendarWindow::days(const TimeZone& zone, int count) {
  return {Unit::days, zone, count, epoch};
}

CalendarWindow CalendarWindow::weeks(const TimeZone& zone, std::chrono::weekday first, int count) {
  if (!first.ok())
    throw ConfigError(
        "CalendarWindow of weeks: the first day is no weekday; it must be one from "
        "std::chrono::Sunday to std::chrono::Saturday");
  return {Unit::weeks, zone, count, epoch - (std::chrono::weekday(epoch) - first)};
}

CalendarWindow CalendarWindow::months(const TimeZone& zone, int count) {
  return {Unit::months, zone, count, epoch};
}

CalendarWindow CalendarWindow::beginning(std::chrono::seconds later) const {
  return beginning(std::chrono::months(0), later);
}

CalendarWindow CalendarWindow::beginning(std::chrono::months months,
                                         std::chrono::seconds later) const {
  const std::int64_t most_months = unit_ == Unit::months ? step_ : 1;
  if (months.count() < 0 || months.count() >= most_months)
    throw ConfigError(name() + ": it begins " + std::to_string(months.count()) +
                      " months later; that must be at least 0 and " +
                      (unit_ == Unit::months ? "less than its " + std::to_string(step_)
                                             : "no more, for it has none"));
  const std::chrono::days most(unit_ == Unit::months ? 28 : step_);
  if (later < std::chrono::seconds(0) || later >= most)
    throw ConfigError(name() + ": it begins " + count_text(later) +
                      " later; that must be at least 0 and less than " + count_text(most) + ", " +
                      std::to_string(most.count()) + " days");
  CalendarWindow windows = *this;
  windows.months_ = months;
  windows.later_ = later;
  windows.near_ = {};
  return windows;
}

std::string CalendarWindow::name() const {
  return unit_ == Unit::days    ? "CalendarWindow of days"
         : unit_ == Unit::weeks ? "CalendarWindow of weeks"
                                : "CalendarWindow of months";
}

CalendarWindow::Window CalendarWindow::find(EventTime time) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::int64_t id = id_of(zone_.local(second));
  while (open_of(id + 1) <= second) ++id;  // a clock that is set back may show the day before again
  return {id, clamped(open_of(id)), clamped(open_of(id + 1))};
}

std::int64_t CalendarWindow::id_of(local_seconds local) const {
  const auto day = std::chrono::floor<std::chrono::days>(local - later_);
  if (unit_ != Unit::months) return floor_of((day - first_).count(), step_);
  const std::chrono::year_month_day date(day);
  return floor_of((date.year() / date.month() - first_month - months_).count(), step_);
}

sys_seconds CalendarWindow::open_of(std::int64_t id) const {
  const auto steps = static_cast<int>(id * step_);  // little beyond the range of event time
  const local_days day =
      unit_ == Unit::months
          ? local_days((first_month + std::chrono::months(steps) + months_) / std::chrono::day(1))
          : first_ + std::chrono::days(steps);
  return zone_.first_at(day + later_);
}

}  // namespace tidemark
