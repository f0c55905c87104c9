// SPDX-License-Identifier: MIT
//
// FrontierClock: the timestamp is the time of the event, and the frontier the watermark.
#pragma once

namespace tidemark {

/// The clock of dataflows whose timestamp is the event time (instant.hpp): a value's time is its
/// timestamp, and a window closes exactly when the frontier passes its end. No guess, no late
/// value, no wait, and no wake-up. A window's result has the timestamp of the window's last
/// instant, so that windows over its results come out right.
struct FrontierClock {};

}  // namespace tidemark
