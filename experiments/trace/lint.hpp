// SPDX-License-Identifier: MIT
//
// Lint: what in a run looks like a mistake.
#pragma once

#include <tidemark/core/trace_file.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

struct Finding {
  std::string kind;  ///< such as "input not advanced"
  std::uint32_t dataflow = 0;
  std::string where;       ///< a port, or a worker
  std::uint64_t from = 0;  ///< events between which it was so; of several times the longest
  std::uint64_t to = 0;
  std::string explanation;  ///< a sentence or two: what was seen, and what it means
};

/// What looks like a mistake in a run, of each port or worker once. It looks at 200 instants, so
/// that what passes is not told.
/// O(events + locations). Throws BadTrace.
std::vector<Finding> lint(const TraceFile& trace);

}  // namespace tidemark
