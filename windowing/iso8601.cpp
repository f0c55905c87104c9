// SPDX-License-Identifier: MIT
#include <tidemark/core/read_item.hpp>
#include <tidemark/windowing/iso8601.hpp>

#include <cctz/time_zone.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tidemark {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Reads a text from the front, by its form. What it means is left to cctz, which would take more.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ == text_.size(); }

  /// Whether the next character is one of these; then it is taken.
  bool takes(std::string_view these) {
    if (at_end() || these.find(text_[at_]) == these.npos) return false;
    ++at_;
    return true;
  }
  bool takes_digit() { return takes("0123456789"); }

  /// What has the form, in which d stands for a digit.
  std::string take(std::string_view form) {
    const std::size_t begin = at_;
    for (const char c : form)
      if (c == 'd' ? !takes_digit() : !takes({&c, 1}))
        fail(at_, c == 'd' ? "there should be a digit" : std::string("there should be ") + c);
    return since(begin);
  }
  std::string since(std::size_t begin) const {
    return std::string(text_.substr(begin, at_ - begin));
  }

  [[noreturn]] void fail(std::size_t at, const std::string& why) const {
    constexpr std::size_t most = 60;
    std::string shown(text_.substr(0, most));
    std::ranges::replace(shown, '\0', ' ');  // which would end what what() gives
    throw TimeError("cannot read '" + shown + (text_.size() > most ? "..." : "") +
                    "' as a time: column " + std::to_string(at + 1) + ": " + why +
                    "; a time is like 2024-05-01T12:00:00.5+02:00");
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// What cctz reads, as the time since 1970-01-01T00:00:00Z.
std::optional<seconds> meaning(const char* format, const std::string& text) {
  cctz::time_point<cctz::seconds> time;
  if (!cctz::parse(format, text, cctz::utc_time_zone(), &time)) return std::nullopt;
  return time.time_since_epoch();
}

seconds read_day(Reader& from) {
  const auto since_1970 = meaning("%E4Y-%m-%d", from.take("dddd-dd-dd"));
  if (!since_1970) from.fail(0, "there is no such day");
  return *since_1970;
}

nanoseconds read_fraction(Reader& from) {
  const std::size_t begin = from.at();
  from.take("d");
  while (from.takes_digit()) {
  }
  std::string digits = from.since(begin);
  if (digits.size() > 9) from.fail(begin + 9, "nothing is finer than nanoseconds, of 9 digits");
  digits.resize(9, '0');
  return nanoseconds(read_item<std::int64_t>(digits));
}

struct TimeOfDay {
  seconds since_midnight{0};
  nanoseconds fraction{0};
};

TimeOfDay read_time_of_day(Reader& from) {
  const std::size_t begin = from.at();
  std::string time = from.take("dd:dd");
  const bool to_the_second = from.takes(":");
  time += to_the_second ? ':' + from.take("dd") : ":00";
  const auto since_midnight = meaning("%H:%M:%S", time);
  if (!since_midnight || time.ends_with(":60"))  // that would be the next minute
    from.fail(begin, "there is no such time of day; the last second is 23:59:59");
  const bool finer = to_the_second && from.takes(".,");
  return {*since_midnight, finer ? read_fraction(from) : nanoseconds(0)};
}

/// How far the clock is ahead of UTC, if that is said.
std::optional<seconds> read_offset(Reader& from) {
  if (from.at_end()) return std::nullopt;
  if (from.takes("Zz")) return seconds(0);
  const std::size_t begin = from.at();
  if (!from.takes("+-"))
    from.fail(begin, "there should be Z, an offset such as +02:00, or nothing more");
  from.take("dd");
  std::string offset = from.since(begin);
  if (from.at_end()) {
    offset += ":00";
  } else {
    from.takes(":");
    offset += ':' + from.take("dd");
  }
  const auto at_midnight = meaning("%Ez", offset);
  if (!at_midnight) from.fail(begin, "there is no such offset; the furthest is 23:59");
  return -*at_midnight;
}

}  // namespace

EventTime parse_iso8601(std::string_view text, const TimeZone& zone) {
  Reader from(text);
  std::chrono::local_seconds local(read_day(from));
  TimeOfDay of_day;
  std::optional<seconds> offset;
  if (!from.at_end()) {
    if (!from.takes("Tt ")) from.fail(from.at(), "there should be T, a blank, or nothing more");
    of_day = read_time_of_day(from);
    offset = read_offset(from);
    if (!from.at_end()) from.fail(from.at(), "there should be nothing more");
  }
  local += of_day.since_midnight;
  std::chrono::sys_seconds time;
  if (offset) {
    time = std::chrono::sys_seconds(local.time_since_epoch() - *offset);
  } else {
    time = zone.first_at(local);
    if (zone.local(time) != local) of_day.fraction = nanoseconds(0);  // the clock skips that
  }
  __extension__ using Wide = __int128;
  const Wide count =
      Wide{time.time_since_epoch().count()} * 1'000'000'000 + of_day.fraction.count();
  if (count <= before_all_time.time_since_epoch().count() ||
      count >= after_all_time.time_since_epoch().count())
    from.fail(0, "event time is from the year 1677, September 21, to 2262, April 11");
  return EventTime(nanoseconds(static_cast<std::int64_t>(count)));
}

}  // namespace tidemark
