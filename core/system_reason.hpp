// SPDX-License-Identifier: MIT
//
// Why the system has refused something, in words.
#pragma once

#include <string>

namespace tidemark {

/// What an errno means; of a limit that its user can raise, how high it is and how to raise it.
std::string system_reason(int error_number);

}  // namespace tidemark
