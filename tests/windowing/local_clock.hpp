// SPDX-License-Identifier: MIT
//
// Local times by the C library, which reads the system's time zones by code of its own.
#pragma once

#include <tests/support.hpp>

#include <cstdlib>
#include <ctime>

namespace tidemark::tests {

/// Makes the C library's time zone another one while it lives. Call it while this process has one
/// thread only.
class LocalClock {
 public:
  explicit LocalClock(const std::string& zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
  }
  LocalClock(const LocalClock&) = delete;
  LocalClock& operator=(const LocalClock&) = delete;
  ~LocalClock() {
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

  /// How far it is ahead of UTC, in seconds.
  std::int64_t ahead(std::int64_t time) const {
    const std::time_t given = time;
    std::tm parts{};
    ::localtime_r(&given, &parts);
    return parts.tm_gmtoff;
  }
  /// What it shows, as the seconds from 1970-01-01 there.
  std::int64_t local(std::int64_t time) const { return time + ahead(time); }

  /// The first time at which it shows `local` or more, found by looking.
  std::int64_t first_at(std::int64_t wanted) const {
    std::int64_t time = wanted - 16 * 3600;  // no zone is further ahead of UTC, or behind
    constexpr std::int64_t stride = 30;      // nothing is shown for less
    while (local(time) < wanted) time += stride;
    while (local(time - 1) >= wanted) --time;
    return time;
  }

 private:
  std::optional<std::string> before_;
};

}  // namespace tidemark::tests
