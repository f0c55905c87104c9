// SPDX-License-Identifier: MIT
//
// Event times as text.
#include <tidemark/windowing/iso8601.hpp>

#include <tests/support.hpp>

#include <ctime>
#include <limits>

namespace tidemark::iso8601_test {
namespace {

using namespace std::chrono_literals;
using Ns = std::int64_t;
using tests::check_property;

EventTime at(Ns ns) {
  return EventTime(std::chrono::nanoseconds(ns));
}
const EventTime noon = std::chrono::sys_days(std::chrono::year(2024) / 5 / 1) + 12h;

TEST_CASE("a time of ISO 8601 is read with its offset and fraction", "[iso8601]") {
  for (const char* text :
       {"2024-05-01T12:00:00Z", "2024-05-01t12:00:00z", "2024-05-01T12:00Z", "2024-05-01 12:00:00Z",
        "2024-05-01T14:00:00+02:00", "2024-05-01T14:00:00+0200", "2024-05-01T14:00+02",
        "2024-05-01T08:30:00-03:30", "2024-05-02T11:59:00+23:59", "2024-05-01T12:00:00-00:00",
        "2024-05-01T12:00:00.000Z", "2024-05-01T12:00:00", "2024-05-01T12:00"}) {
    INFO(text);
    CHECK(parse_iso8601(text) == noon);
  }
  CHECK(parse_iso8601("2024-05-01T12:00:00.5Z") == noon + 500ms);
  CHECK(parse_iso8601("2024-05-01 12:00:00,123Z") == noon + 123ms);
  CHECK(parse_iso8601("2024-05-01T12:00:00.000000001Z") == noon + 1ns);
  CHECK(parse_iso8601("1969-12-31T23:59:59.999999999Z") == at(-1));
  CHECK(parse_iso8601("2024-05-01") == noon - 12h);
  CHECK(parse_iso8601("2000-02-29") - parse_iso8601("1999-02-28") == 366 * 24h);
}

TEST_CASE("a time without an offset is by the clock of the zone that is given", "[iso8601]") {
  const TimeZone berlin("Europe/Berlin");
  CHECK(parse_iso8601("2024-05-01T14:00", berlin) == noon);
  CHECK(parse_iso8601("2024-05-01T12:00Z", berlin) == noon);
  CHECK(parse_iso8601("2024-05-01", berlin) == noon - 14h);
  // Twice, and not at all.
  CHECK(parse_iso8601("2024-10-27T02:30:00.5", berlin) == parse_iso8601("2024-10-27T00:30:00.5Z"));
  CHECK(parse_iso8601("2024-03-31T02:30:00.5", berlin) == parse_iso8601("2024-03-31T01:00Z"));
  CHECK(parse_iso8601("2018-11-04", "America/Sao_Paulo") == parse_iso8601("2018-11-04T03:00Z"));
}

/// What is said of a text that is refused.
std::string reason(const std::string& text) {
  try {
    return "read as " + to_iso8601(parse_iso8601(text));
  } catch (const TimeError& error) {
    return error.what();
  }
}

TEST_CASE("a text that is no time is refused, and what is said names the place", "[iso8601]") {
  CHECK(reason("2024-05-01T12:00:00Z.") ==
        "cannot read '2024-05-01T12:00:00Z.' as a time: column 21: there should be nothing more; a "
        "time is like 2024-05-01T12:00:00.5+02:00");
  const std::vector<std::pair<std::string, std::string>> refused{
      {"", "column 1: there should be a digit"},
      {"yesterday", "column 1: there should be a digit"},
      {"24-05-01", "column 3: there should be a digit"},
      {" 2024-05-01", "column 1: there should be a digit"},
      {"-024-05-01", "column 1: there should be a digit"},
      {"2024/05/01", "column 5: there should be -"},
      {"2024-5-1", "column 7: there should be a digit"},
      {"20240501", "column 5: there should be -"},
      {"2024-05-01x", "column 11: there should be T, a blank, or nothing more"},
      {"2024-05-01Z", "column 11: there should be T, a blank, or nothing more"},
      {"2024-13-01", "column 1: there is no such day"},
      {"2024-00-01", "column 1: there is no such day"},
      {"2024-04-31T12:00Z", "column 1: there is no such day"},
      {"2023-02-29", "column 1: there is no such day"},
      {"2024-05-01T", "column 12: there should be a digit"},
      {"2024-05-01T12Z", "column 14: there should be :"},
      {"2024-05-01T12:00:Z", "column 18: there should be a digit"},
      {"2024-05-01T24:00Z", "column 12: there is no such time of day"},
      {"2024-05-01T24:01Z", "column 12: there is no such time of day"},
      {"2024-05-01T23:60Z", "column 12: there is no such time of day"},
      {"2016-12-31T23:59:60Z", "column 12: there is no such time of day"},
      {"2024-05-01T12:00:00.Z", "column 21: there should be a digit"},
      {"2024-05-01T12:00:00.1234567890Z", "column 30: nothing is finer than nanoseconds"},
      {"2024-05-01T12:00.5Z", "column 17: there should be Z, an offset such as +02:00, or nothing"},
      {"2024-05-01T12:00:00 Z", "column 20: there should be Z, an offset"},
      {"2024-05-01T12:00:00+2", "column 22: there should be a digit"},
      {"2024-05-01T12:00:00+02:", "column 24: there should be a digit"},
      {"2024-05-01T12:00:00+02:0", "column 25: there should be a digit"},
      {"2024-05-01T12:00:00+24:00", "column 20: there is no such offset"},
      {"2024-05-01T12:00:00+02:60", "column 20: there is no such offset"},
      {"2024-05-01T12:00:00+02:00Z", "column 26: there should be nothing more"},
      {std::string("2024-05-01\0", 11), "column 11: there should be T, a blank"},
      {std::string(1000, '9'), "'" + std::string(60, '9') + "...' as a time: column 5"}};
  for (const auto& [text, why] : refused) {
    INFO(text);
    CHECK_THAT(reason(text), Catch::Contains(why));
  }
}

TEST_CASE("the last times that event time has are read, and those beyond are refused",
          "[iso8601]") {
  constexpr Ns last = std::numeric_limits<Ns>::max();
  CHECK(parse_iso8601("2262-04-11T23:47:16.854775806Z") == at(last - 1));
  CHECK(parse_iso8601("1677-09-21T00:12:43.145224193Z") == at(-last));
  for (const char* text :
       {"2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:17Z", "1677-09-21T00:12:43.145224192Z",
        "1677-09-21T00:12:43Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59"}) {
    INFO(text);
    CHECK_THAT(reason(text), Catch::Contains("event time is from the year 1677"));
  }
}

TEST_CASE("a time is printed in UTC, with as many digits as it takes", "[iso8601]") {
  CHECK(to_iso8601(noon) == "2024-05-01T12:00:00Z");
  CHECK(to_iso8601(noon + 500ms) == "2024-05-01T12:00:00.5Z");
  CHECK(to_iso8601(noon + 1ns) == "2024-05-01T12:00:00.000000001Z");
  CHECK(to_iso8601(at(-1)) == "1969-12-31T23:59:59.999999999Z");
  CHECK(to_iso8601(set_back(after_all_time, 0ns)) == "the end of time");
  CHECK(to_iso8601(before_all_time) == "the beginning of time");
  CHECK(to_iso8601(before_all_time + 1ns) == "1677-09-21T00:12:43.145224193Z");
}

TEST_CASE("what is printed is read as the same time, and is that of the C library",
          "[iso8601][oracle]") {
  check_property(2000, [] {
    constexpr Ns last = std::numeric_limits<Ns>::max();
    const Ns any = *rc::gen::resize(100, rc::gen::inRange<Ns>(-last, last));
    const Ns unit = *rc::gen::element<Ns>(1, 1'000'000, 1'000'000'000);
    const EventTime time = at(any / unit * unit);
    const std::string text = to_iso8601(time);
    RC_ASSERT(parse_iso8601(text) == time);
    const std::time_t second =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    char expected[32];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &parts);
    RC_ASSERT(text.starts_with(expected));
  });
}

}  // namespace
}  // namespace tidemark::iso8601_test
