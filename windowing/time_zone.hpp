// SPDX-License-Identifier: MIT
//
// TimeZone: what clocks show in a part of the world, and when.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>

namespace cctz {
class time_zone;
}

namespace tidemark {

/// A time zone, by its name in the IANA database: "Europe/Berlin", or "UTC". Its changes of the
/// clock are those of the system's tzdata, or of the folder that TZDIR names; those to come are by
/// the rule that is in force. Made from a name, it throws ConfigError if there is no such zone.
///
/// A zone is read once in a process, and copies share it. Thread: any.
class TimeZone {
 public:
  /// A name stands for its zone wherever one is taken. Throws ConfigError, with names like it, if
  /// there is no such zone.
  template <std::convertible_to<std::string_view> Name>
  TimeZone(const Name& name) : TimeZone(Given{}, name) {}  // NOLINT: by intention

  /// The zone whose clocks show event time.
  static const TimeZone& utc();

  /// What a clock there shows.
  std::chrono::local_seconds local(std::chrono::sys_seconds time) const;
  /// The first instant at which a clock there shows `local` or more: of a time that it shows twice
  /// the first, of one that it skips when it does so.
  std::chrono::sys_seconds first_at(std::chrono::local_seconds local) const;

 private:
  struct Given {};
  TimeZone(Given, std::string_view name);

  std::shared_ptr<const cctz::time_zone> zone_;
};

}  // namespace tidemark
