// SPDX-License-Identifier: MIT
//
// Files that may not grow: an error like any other.
#pragma once

#include <csignal>

namespace tidemark {

/// While it lives, to write beyond `ulimit -f` is an error (EFBIG), and no signal that ends the
/// program. Thread: the one that made it.
class NoSizeSignal {
 public:
  NoSizeSignal();
  NoSizeSignal(const NoSizeSignal&) = delete;
  NoSizeSignal& operator=(const NoSizeSignal&) = delete;
  /// Leaves errno as it is.
  ~NoSizeSignal();

 private:
  sigset_t its_{}, before_{};
};

}  // namespace tidemark
