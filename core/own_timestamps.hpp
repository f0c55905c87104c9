// SPDX-License-Identifier: MIT
//
// The engine for timestamps of one's own.
//
// For epochs, in up to two loops, and for pairs of epochs it is compiled in the library. A program
// on other timestamps includes this, and its engine is compiled with it, which takes seconds. So
// that they are spent once, in one source file that includes this:
//
//     namespace tidemark {
//     TIDEMARK_ENGINE(, Tide);
//     TIDEMARK_STEPS(, Tide);
//     }  // namespace tidemark
//
// (for its loops also TIDEMARK_ENGINE(, Nested<Tide, N>), and TIDEMARK_STEPS for each depth up to
// N), and beside the definition of Tide
//
//     template <>
//     inline constexpr bool tidemark::is_compiled_once<Tide> = true;
#pragma once

#include <tidemark/core/building/usual_timestamps.hpp>

namespace tidemark::detail {

template <typename T>
struct EngineForAny {};

}  // namespace tidemark::detail
