// SPDX-License-Identifier: MIT
#include "build.hpp"

#include <tidemark/progress/sanitizers.hpp>
#include <tidemark/version.hpp>

#include "commit.hpp"

namespace tidemark {
namespace {

constexpr bool is_optimised =
#if defined(__OPTIMIZE__) && !TIDEMARK_ADDRESS_SANITIZER && !TIDEMARK_THREAD_SANITIZER
    true;
#else
    false;
#endif

constexpr const char* compiler =
#if defined(__clang__)
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif

}  // namespace

void set_commit(Build& build, std::string_view described) {
  static constexpr std::string_view dirty = "-dirty";
  const bool known = described != "no commit";
  build.clean = known && !described.ends_with(dirty);
  if (known && !build.clean) described.remove_suffix(dirty.size());
  build.commit = known ? described : "";
}

Build this_build() {
  Build build{.version = version,
              .compiler = compiler,
              .type = TIDEMARK_BUILD_TYPE,
              .flags = TIDEMARK_BUILD_FLAGS,
              .optimised = is_optimised};
  set_commit(build, commit);
  return build;
}

}  // namespace tidemark
