// SPDX-License-Identifier: MIT
//
// Shrinking: the smallest case that fails as a given one does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::tests {

/// The numbers of two tapes: what a random run is drawn from.
struct Case {
  std::vector<std::uint8_t> graph, script;
};

/// What is broken in a case, if anything.
using Check = std::function<std::optional<std::string>(const Case&)>;

/// Makes a failing case smaller by dropping and lowering numbers as long as it fails, and returns
/// what is broken in the smallest one.
std::string broken_in_smallest(const Case& failing, const Check& check);

}  // namespace tidemark::tests
