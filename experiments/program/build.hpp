// SPDX-License-Identifier: MIT
//
// What this program is built from, and how.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

struct Build {
  std::string version;     ///< of Tidemark
  std::string commit;      ///< 12 digits; empty: the sources were in no repository
  bool clean = false;      ///< whether they were those of the commit, when it was built
  std::string compiler;    ///< with its version
  std::string type;        ///< of CMake, as Release
  std::string flags;       ///< of that type, without warnings and the standard
  bool optimised = false;  ///< and without a sanitizer: its times are worth something
};

Build this_build();

/// Sets `commit` and `clean` to what `described` says, as .install/commit.cmake has it of git:
/// "0123456789ab", "0123456789ab-dirty" or "no commit".
void set_commit(Build& build, std::string_view described);

}  // namespace tidemark
