// SPDX-License-Identifier: MIT
//
// Checks: promises of ours that hold in every build.
#pragma once

#include <string_view>

namespace tidemark::detail {

/// Prints the broken promise and where it stands, and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               std::string_view promise);

}  // namespace tidemark::detail

/// Stops the program, in every build, if a promise of the library itself is broken. For mistakes of
/// the library's user there are exceptions (error.hpp). Keep the expression O(1).
#define TIDEMARK_CHECK(expression, promise) \
  ((expression) ? void()                    \
                : ::tidemark::detail::check_failed(__FILE__, __LINE__, #expression, promise))
