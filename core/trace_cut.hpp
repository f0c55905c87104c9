// SPDX-License-Identifier: MIT
//
// Cuts: a part of a trace as a trace.
#pragma once

#include <tidemark/core/trace_file.hpp>

#include <cstdint>
#include <string>

namespace tidemark {

/// The events from `first` to `last`, with their numbers, and the state before them: what can be
/// asked of these of the whole can be asked of the part. The bytes of a trace file. O(last). Throws
/// BadTrace.
std::string cut_of(const TraceFile& trace, std::uint64_t first, std::uint64_t last);

}  // namespace tidemark
