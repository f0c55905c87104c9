// SPDX-License-Identifier: MIT
#include "version_text.hpp"

#include <fmt/format.h>

#include "build.hpp"

namespace tidemark {

std::string version_text() {
  const Build build = this_build();
  const std::string commit = build.commit.empty() ? "no commit"
                             : build.clean        ? build.commit
                                                  : build.commit + "-dirty";
  return fmt::format("tidemark {} ({}, {})", build.version, commit, build.compiler);
}

}  // namespace tidemark
