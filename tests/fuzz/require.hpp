// SPDX-License-Identifier: MIT
//
// What a fuzz target demands of every input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tidemark::fuzz {

/// Ends the program, which libFuzzer takes for a crash, unless `holds`.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %s\n", what);
  std::abort();
}

}  // namespace tidemark::fuzz
