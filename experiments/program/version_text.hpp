// SPDX-License-Identifier: MIT
//
// What a program is built of, for --version.
#pragma once

#include <string>

namespace tidemark {

/// "tidemark 0.2.0 (the commit, gcc 12.2)".
std::string version_text();

}  // namespace tidemark
