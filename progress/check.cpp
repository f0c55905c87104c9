// SPDX-License-Identifier: MIT
#include <tidemark/progress/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace tidemark::detail {

void check_failed(const char* file, int line, const char* expression, std::string_view promise) {
  std::fprintf(stderr, "%s:%d: broken promise: %.*s\n  (%s)\n", file, line,
               static_cast<int>(promise.size()), promise.data(), expression);
  std::abort();
}

}  // namespace tidemark::detail
