// SPDX-License-Identifier: MIT
//
// Interest: which moves of frontiers an operator runs for.
#pragma once

namespace tidemark {

/// When an operator wants to run because a frontier of its inputs has moved. One that does not ask
/// is never woken for it.
enum class Interest {
  never,
  /// While it holds a capability at a timestamp that the frontier has passed. Until then the
  /// input's `frontier()` lags, and with one input and one output, outside of loops, to wait costs
  /// nothing; otherwise it is like `when_holding`.
  when_due,
  when_holding,  ///< while it holds a capability
  always,
};

}  // namespace tidemark
