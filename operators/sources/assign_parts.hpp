// SPDX-License-Identifier: MIT
//
// Which worker reads which part of a source.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemark {

/// The worker of each part, by name; `lists[w]` names the parts that worker w can reach. Those that
/// the fewest workers can reach come first, in order of their names; each goes to the worker that
/// has the fewest parts so far, of those that can reach it. Cost: O(p w) for p parts, w workers.
std::map<std::string, std::uint32_t> assign_parts(
    const std::vector<std::vector<std::string>>& lists);

}  // namespace tidemark
