// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/input.hpp>

namespace tidemark::detail {

std::map<std::string, std::string> positions_of(const KeptPositions& kept,
                                                const std::map<std::string, std::uint32_t>& parts) {
  std::map<std::string, std::string> positions;
  if (kept.store == nullptr) return positions;
  for (SavedState& saved : kept.store->load(kept.step)) {
    if (!parts.contains(saved.key))
      throw DataflowError("input '" + kept.step + "': the part '" + saved.key +
                          "' was read in an earlier run, and no worker can reach it now; bring it "
                          "back, or begin with an empty store");
    positions.emplace(std::move(saved.key), *std::move(saved.state));
  }
  return positions;
}

}  // namespace tidemark::detail
