// SPDX-License-Identifier: MIT
//
// Standard descriptors: what is opened later is never taken for standard input, output or error.
#pragma once

namespace tidemark {

/// While one lives, those of the descriptors 0, 1 and 2 that are closed are taken, so that nothing
/// else which is opened becomes one of them; to read or write one fails as before. Those that are
/// open are left alone. A run has one; a program has its own from the beginning of `main`, if it
/// opens anything outside of runs. Any number of them. Thread: any.
class StandardDescriptors {
 public:
  StandardDescriptors();
  StandardDescriptors(const StandardDescriptors&) = delete;
  StandardDescriptors& operator=(const StandardDescriptors&) = delete;
  /// The last one closes what was taken.
  ~StandardDescriptors();
};

/// Whether the descriptor is closed, or only taken by StandardDescriptors.
bool is_closed(int descriptor);

}  // namespace tidemark
