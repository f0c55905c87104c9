// SPDX-License-Identifier: MIT
//
// Calendar windows: some by hand, and any beside the local times of the C library.
#include <tidemark/core/codec.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/windowing/iso8601.hpp>
#include <tidemark/windowing/windowers/calendar_windower.hpp>

#include <tests/support.hpp>
#include <tests/windowing/local_clock.hpp>

#include <filesystem>
#include <fstream>

namespace tidemark::calendar_windower_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using std::chrono::days;
using std::chrono::months;

EventTime at_second(std::int64_t second) {
  return EventTime(std::chrono::seconds(second));
}

static_assert(Windower<CalendarWindow>);
static_assert(Encodable<CalendarWindow::State> && Encodable<CalendarWindow::Window>);

WindowInfo window_of(const CalendarWindow& windower, EventTime time) {
  CalendarWindow::State state;
  std::vector<WindowInfo> windows;
  windower.windows_of(state, time, [&](const auto& window) {
    CHECK(windower.end(window) == window.close);
    windows.push_back(windower.info(window));
  });
  REQUIRE(windows.size() == 1);
  return windows.front();
}
WindowInfo window_of(const CalendarWindow& windower, const char* time) {
  return window_of(windower, parse_iso8601(time));
}

/// A window as text: `open / close`.
std::string text_of(const WindowInfo& window) {
  return to_iso8601(window.open) + " / " + to_iso8601(window.close);
}
std::string text_of(const CalendarWindow& windower, const char* time) {
  return text_of(window_of(windower, time));
}

TEST_CASE("a day has 23 hours when the clock is set forward, and 25 when it is set back",
          "[calendar]") {
  const auto berlin = CalendarWindow::days("Europe/Berlin");
  CHECK(text_of(berlin, "2024-03-31T12:00+02:00") == "2024-03-30T23:00:00Z / 2024-03-31T22:00:00Z");
  CHECK(text_of(berlin, "2024-10-27T12:00+01:00") == "2024-10-26T22:00:00Z / 2024-10-27T23:00:00Z");
  CHECK(text_of(berlin, "2024-05-01T12:00+02:00") == "2024-04-30T22:00:00Z / 2024-05-01T22:00:00Z");
  CHECK(window_of(berlin, "2024-03-30T23:30Z").id == 19813);  // days from 1970-01-01
  CHECK(window_of(berlin, "2024-03-31T21:59:59.999999999Z").id == 19813);
  CHECK(window_of(berlin, "2024-03-31T22:00Z").id == 19814);
  CHECK(window_of(berlin, "1970-01-01T00:00+01:00").id == 0);
  CHECK(window_of(berlin, "1969-12-31T23:59+01:00").id == -1);
  // By the rule that is in force, also when the list of changes has ended.
  CHECK(text_of(berlin, "2100-03-28T12:00+02:00") == "2100-03-27T23:00:00Z / 2100-03-28T22:00:00Z");
}

TEST_CASE("a day whose midnight the clock skips begins when it does so", "[calendar]") {
  const auto sao_paulo = CalendarWindow::days("America/Sao_Paulo");
  CHECK(text_of(sao_paulo, "2018-11-04T12:00-02:00") ==
        "2018-11-04T03:00:00Z / 2018-11-05T02:00:00Z");  // at 00:00-03:00 it is 01:00-02:00
  CHECK(text_of(CalendarWindow::days("Asia/Beirut"), "2022-03-27T12:00+03:00") ==
        "2022-03-26T22:00:00Z / 2022-03-27T21:00:00Z");
}

TEST_CASE("a day whose midnight the clock shows twice begins with the first", "[calendar]") {
  CHECK(text_of(CalendarWindow::days("America/Havana"), "2024-11-03T12:00-05:00") ==
        "2024-11-03T04:00:00Z / 2024-11-04T05:00:00Z");  // at 01:00-04:00 it is 00:00-05:00
  // At 00:01-02:30 it is 23:01-03:30, of the day before, of which the second half comes too late.
  const auto st_johns = [] { return CalendarWindow::days("America/St_Johns"); };
  CHECK(text_of(st_johns(), "2006-10-29T12:00-03:30") ==
        "2006-10-29T02:30:00Z / 2006-10-30T03:30:00Z");
  CHECK(window_of(st_johns(), "2006-10-28T23:30-03:30") ==
        window_of(st_johns(), "2006-10-29T12:00-03:30"));
}

TEST_CASE("a day that a zone has skipped is a window without an instant", "[calendar]") {
  const auto apia = CalendarWindow::days("Pacific/Apia");
  const WindowInfo before = window_of(apia, "2011-12-29T23:59-10:00");
  const WindowInfo after = window_of(apia, "2011-12-31T00:00+14:00");
  CHECK(text_of(before) == "2011-12-29T10:00:00Z / 2011-12-30T10:00:00Z");
  CHECK(text_of(after) == "2011-12-30T10:00:00Z / 2011-12-31T10:00:00Z");
  CHECK(after.id == before.id + 2);
}

TEST_CASE("months, quarters and years have as many days as they have", "[calendar]") {
  CHECK(text_of(CalendarWindow::months("UTC"), "2024-02-29T12:00Z") ==
        "2024-02-01T00:00:00Z / 2024-03-01T00:00:00Z");
  CHECK(window_of(CalendarWindow::months("UTC"), "2024-02-29T12:00Z").id == 54 * 12 + 1);
  CHECK(text_of(CalendarWindow::months("Europe/Berlin", 3), "2024-02-29T12:00Z") ==
        "2023-12-31T23:00:00Z / 2024-03-31T22:00:00Z");
  CHECK(text_of(CalendarWindow::months("Asia/Tokyo", 12), "1969-06-01") ==
        "1968-12-31T15:00:00Z / 1969-12-31T15:00:00Z");
  CHECK(window_of(CalendarWindow::months("Asia/Tokyo", 12), "1969-06-01").id == -1);
}

TEST_CASE("weeks go over the change of the year, from whatever day they begin with", "[calendar]") {
  CHECK(text_of(CalendarWindow::weeks("UTC"), "2024-12-31") ==
        "2024-12-30T00:00:00Z / 2025-01-06T00:00:00Z");
  CHECK(text_of(CalendarWindow::weeks("UTC", std::chrono::Sunday), "2025-01-01") ==
        "2024-12-29T00:00:00Z / 2025-01-05T00:00:00Z");
  // 1970-01-01 was a Thursday.
  CHECK(text_of(CalendarWindow::weeks("UTC", std::chrono::Thursday, 2), "1970-01-08") ==
        "1970-01-01T00:00:00Z / 1970-01-15T00:00:00Z");
  for (const auto first : {std::chrono::Monday, std::chrono::Thursday, std::chrono::Friday}) {
    CHECK(window_of(CalendarWindow::weeks("UTC", first), "1970-01-01").id == 0);
    CHECK(window_of(CalendarWindow::weeks("UTC", first), "1970-01-08").id == 1);
  }
}

TEST_CASE("windows can begin later, by what the clock shows", "[calendar]") {
  const auto mornings = CalendarWindow::days("Europe/Berlin").beginning(6h);
  CHECK(text_of(mornings, "2024-03-31T05:59+02:00") ==
        "2024-03-30T05:00:00Z / 2024-03-31T04:00:00Z");
  CHECK(window_of(mornings, "1970-01-01T06:00+01:00").id == 0);
  const auto from_15th = CalendarWindow::months("UTC").beginning(days(14));
  CHECK(text_of(from_15th, "2024-02-14T23:59Z") == "2024-01-15T00:00:00Z / 2024-02-15T00:00:00Z");
  const auto taxes = CalendarWindow::months("Europe/London", 12).beginning(months(3), days(5));
  CHECK(text_of(taxes, "2024-01-01") == "2023-04-05T23:00:00Z / 2024-04-05T23:00:00Z");
  CHECK(window_of(taxes, "2024-01-01").id == 53);
  CHECK(text_of(taxes.beginning(0s), "2024-01-01") ==
        "2024-01-01T00:00:00Z / 2025-01-01T00:00:00Z");
}

/// All zones of the system.
std::vector<std::string> all_zones() {
  std::vector<std::string> names;
  const std::filesystem::path folder = "/usr/share/zoneinfo";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    std::string magic(4, '\0');
    if (entry.is_regular_file() && std::ifstream(entry.path()).read(magic.data(), 4) &&
        magic == "TZif" && !name.starts_with("posix/") && !name.starts_with("right/"))
      names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

/// Windows by the C library: its calendar says when they begin by the clock of the zone.
struct Expected {
  const LocalClock& clock;
  int days = 0, months = 0;              // from one to the next
  int first = 0, month = 0, second = 0;  // the day, the month and the second of window 0

  std::int64_t open_of(std::int64_t id) const {
    std::tm parts{};
    parts.tm_year = 70;
    parts.tm_mon = static_cast<int>(id) * months + month;
    parts.tm_mday = 1 + first + static_cast<int>(id) * days;
    parts.tm_sec = second;
    return clock.first_at(::timegm(&parts));
  }
};

template <typename Number>
Number draw(Number low, Number end) {
  return *rc::gen::resize(100, rc::gen::inRange(low, end));
}

/// A time from 1900 to 2100, often near to a change of the clock.
std::int64_t draw_time(const LocalClock& clock) {
  constexpr std::int64_t day = 86'400;
  auto time = draw<std::int64_t>(-2'208'988'800, 4'102'444'800);
  if (draw(0, 4) == 0) return time;
  const std::int64_t ahead = clock.ahead(time);
  for (int i = 0; i != 400 && clock.ahead(time) == ahead; ++i) time += day;
  while (clock.ahead(time) != ahead && clock.ahead(time - 600) != ahead) time -= 600;
  const std::int64_t near = *rc::gen::element<std::int64_t>(3'600, 2 * day);
  return time + draw<std::int64_t>(-near, near);
}

TEST_CASE("windows begin when the clock of their zone shows it first", "[calendar][oracle]") {
  const std::vector<std::string> zones = all_zones();
  REQUIRE(zones.size() > 300);
  check_property(600, [&] {
    const auto zone = *rc::gen::elementOf(zones);
    const LocalClock clock(zone);
    const int count = *rc::gen::oneOf(rc::gen::just(1), rc::gen::inRange(1, 14));
    const int second =
        *rc::gen::oneOf(rc::gen::element(0, 1'800, 9'000, 6 * 3'600), rc::gen::inRange(0, 86'400));
    Expected expected{.clock = clock, .second = second};
    std::optional<CalendarWindow> windower;
    switch (draw(0, 4)) {
      case 0: {
        const int weekday = draw(0, 7);  // from Sunday
        windower = CalendarWindow::weeks(zone, std::chrono::weekday(unsigned(weekday)), count);
        expected.days = 7 * count;
        expected.first = -((4 - weekday + 7) % 7);  // 1970-01-01 was a Thursday
        break;
      }
      case 1:
        windower = CalendarWindow::months(zone, count);
        expected.months = count;
        expected.month = draw(0, count);
        break;
      default:
        windower = CalendarWindow::days(zone, count);
        expected.days = count;
    }
    windower = windower->beginning(months(expected.month), std::chrono::seconds(second));
    const EventTime time =
        at_second(draw_time(clock)) + std::chrono::nanoseconds(*rc::gen::element(0, 999'999'999));
    for (const EventTime each : {time, time + 24h, time - 24h, time}) {
      const WindowInfo window = window_of(*windower, each);
      RC_ASSERT(window.open <= each);
      RC_ASSERT(each < window.close);
      RC_ASSERT(window.open == at_second(expected.open_of(window.id)));
      RC_ASSERT(window.close == at_second(expected.open_of(window.id + 1)));
    }
  });
}

TEST_CASE("from one end of time to the other windows touch, and their ids follow each other",
          "[calendar]") {
  for (const auto& [windower, windows] :
       {std::pair(CalendarWindow::days("America/Sao_Paulo"), 213'504),
        std::pair(CalendarWindow::days("Asia/Gaza", 2).beginning(26h), 106'753),
        std::pair(CalendarWindow::weeks("Australia/Lord_Howe"), 30'501),
        std::pair(CalendarWindow::months("Africa/Casablanca", 12), 586)}) {
    WindowInfo window = window_of(windower, before_all_time);
    CHECK(window.open == before_all_time);
    int passed = 1;
    bool consecutive = true;
    for (; window.close != after_all_time; ++passed) {
      const WindowInfo next = window_of(windower, window.close);
      consecutive = consecutive && next.open == window.close && next.id == window.id + 1;
      if (window_of(windower, window.close - 1ns) != window) consecutive = false;
      window = next;
    }
    CHECK(consecutive);
    CHECK(std::abs(passed - windows) <= 1);
    CHECK(window_of(windower, after_all_time - 1ns) == window);
    CHECK(window_of(windower, after_all_time) == window);
    CHECK(window_of(windower, before_all_time + 1ns).open == before_all_time);
  }
}

TEST_CASE("zones, counts and beginnings that make no sense are refused", "[calendar][error]") {
  CHECK_THROWS_AS(CalendarWindow::days("Europe/Berln"), ConfigError);
  CHECK_THROWS_WITH(CalendarWindow::days("Europe/Berln"),
                    "there is no time zone 'Europe/Berln' in /usr/share/zoneinfo; did you mean "
                    "Europe/Berlin?");
  CHECK_THROWS_WITH(CalendarWindow::days("new york"),
                    Catch::EndsWith("; did you mean America/New_York?"));
  CHECK_THROWS_WITH(CalendarWindow::days("Middle-earth/Hobbiton"),
                    Catch::EndsWith("; its name is to be like Europe/Berlin or UTC"));
  CHECK_THROWS_WITH(CalendarWindow::days(""), Catch::StartsWith("there is no time zone ''"));
  CHECK_THROWS_WITH(CalendarWindow::days("UTC", 0),
                    "CalendarWindow of days: the count is 0; it must be from 1 to 10,000");
  CHECK_THROWS_AS(CalendarWindow::months("UTC", 10'001), ConfigError);
  CHECK_THROWS_WITH(CalendarWindow::weeks("UTC", std::chrono::weekday(9)),
                    Catch::Contains("the first day is no weekday"));
  CHECK_THROWS_WITH(CalendarWindow::days("UTC").beginning(24h),
                    "CalendarWindow of days: it begins 86400 s later; that must be at least 0 and "
                    "less than 86400 s, 1 days");
  CHECK_THROWS_AS(CalendarWindow::weeks("UTC").beginning(-1s), ConfigError);
  CHECK_THROWS_AS(CalendarWindow::months("UTC").beginning(days(28)), ConfigError);
  CHECK_THROWS_WITH(CalendarWindow::months("UTC", 3).beginning(months(3)),
                    "CalendarWindow of months: it begins 3 months later; that must be at least 0 "
                    "and less than its 3");
  CHECK_THROWS_WITH(CalendarWindow::days("UTC").beginning(months(1)),
                    Catch::EndsWith("at least 0 and no more, for it has none"));
}

TEST_CASE("a machine without time zones says so, and has UTC", "[calendar][error]") {
  const auto empty = std::filesystem::temp_directory_path() / "tidemark_no_zones";
  std::filesystem::create_directory(empty);
  ::setenv("TZDIR", empty.c_str(), 1);
  CHECK_THROWS_WITH(TimeZone("Europe/Nowhere"),
                    Catch::Contains("nor any but UTC: there are none in " + empty.string() +
                                    "; install the package tzdata"));
  CHECK_NOTHROW(CalendarWindow::days("UTC"));
  ::unsetenv("TZDIR");
  std::filesystem::remove(empty);
}

}  // namespace
}  // namespace tidemark::calendar_windower_test
