// SPDX-License-Identifier: MIT
//
// Event times as text of ISO 8601.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/windowing/time_zone.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace tidemark {

/// A text is no time, or none of event time; `what()` says where, and what would be right.
class TimeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The time that a text of ISO 8601 says (its extended format, which is RFC 3339's, too):
///
///     2024-05-01T12:00:00Z    2024-05-01 14:00+02:00    2024-05-01T12:00:00.123456789+0200
///     2024-05-01T12:00:00     2024-05-01
///
/// The last two name no offset: they are by the clock of `zone`, and a date is its first instant.
/// That is UTC, as event time is, unless another is given, so that a text is the same time on every
/// machine; local times without an offset are to be had by saying whose they are. Of a time that
/// the clock shows twice it is the first; of one that it skips, when it does so.
///
/// What `to_iso8601` (core/event_time.hpp) prints of any time but the extreme ones is read as the
/// same. Throws TimeError for all else: another format, something behind it, a 31st of April,
/// 24:00, a leap second (of which event time has none), what is finer than nanoseconds or beyond
/// the range of event time. Cost: about a microsecond.
EventTime parse_iso8601(std::string_view text, const TimeZone& zone = TimeZone::utc());

}  // namespace tidemark
