// SPDX-License-Identifier: MIT
//
// Interest: which moves of frontiers an operator is told of, and runs for.
#pragma once

namespace tidemark {

/// Which moves of its inputs' frontiers matter to an operator. One that does not ask is told of
/// none.
enum class Interest {
  never,  ///< none
  /// Those after which it holds a capability at a timestamp that the frontier has passed. Until
  /// then the input's `frontier()` lags, and with one input and one output, outside of loops, to
  /// wait costs nothing; otherwise it is like `when_holding`.
  when_due,
  /// Those at which it holds a capability. A tracker does not know who holds what, and takes this
  /// for `always`.
  when_holding,
  always,  ///< all
};

}  // namespace tidemark
