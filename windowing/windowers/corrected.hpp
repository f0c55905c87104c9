// SPDX-License-Identifier: MIT
//
// Corrected: windows that late values can still come to.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/windower.hpp>

#include <string>
#include <utility>

namespace tidemark {

/// The windows of another windower, each kept for `within` after its end, by the watermark. A value
/// that is late and belongs to a window that is kept gives another result of it, whose window says
/// its `revision`: 0 is the first, and revision r + 1 takes the place of revision r. Where sessions
/// have merged it takes the place of the results of those that are `merged`, too. A value may be
/// the first of its window; one that belongs to windows of which none is kept is late, as without
/// correction, and so it is, besides, if some of its windows are not.
///
///     sums = readings | fold_window("sums", clock, Corrected(TumblingWindow(1h, midnight), 6h),
///                                   zero, add)
///
/// Where the order of values can be seen, one that is late follows those before which it came. With
/// `Span::forever` windows are kept to the end of input. Throws ConfigError unless `within` is
/// positive.
///
/// Memory: a window that is kept costs what an open one does. Cost: windows that overlap do not
/// share their work.
template <Windower W>
class Corrected : public W {
  static_assert(
      W::by_time,
      "Corrected: a window by count closes with its last value, whenever that happened, so "
      "no late value belongs to it");

 public:
  /// Says to the step that late values may come to windows that it has to keep.
  static constexpr bool corrects = true;

  /// `within` is a length of event time. Throws ConfigError unless it is positive.
  Corrected(W windower, Span within) : W(std::move(windower)), within_(within.length()) {
    if (within_.count() <= 0)
      throw ConfigError("Corrected: windows are to be kept for " + std::to_string(within_.count()) +
                        " ns; it must be positive");
  }

  /// The watermark at which a window is not kept any more.
  EventTime kept_until(const typename W::Window& window) const {
    return advanced(W::end(window), within_);
  }
  /// Whether a value may be late for one window and not for the next.
  bool judges_by_window() const { return true; }

 private:
  std::chrono::nanoseconds within_;
};

}  // namespace tidemark
