// SPDX-License-Identifier: MIT
//
// The same jobs on oneTBB's flow graph.
#pragma once

#include <cstdint>

namespace tidemark::bench {

/// The chain on one thread, in batches or item by item; nanoseconds per item and node. Throws
/// WrongResult.
double flow_graph_chain(std::uint64_t rounds, bool one_by_one);

/// The keyed count on one thread or two, in batches; nanoseconds per item. Throws WrongResult.
double flow_graph_count(std::uint32_t threads, std::uint64_t items);

}  // namespace tidemark::bench
