// SPDX-License-Identifier: MIT
//
// What is a value of JSON to those who read and who write one.
#pragma once

#include <cstddef>

namespace tidemark {

/// Values may be nested so deep and no deeper: printing, copying and destroying one takes stack.
inline constexpr std::size_t deepest_json = 1000;

}  // namespace tidemark
