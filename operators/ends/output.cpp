// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/ends/output_shard.hpp>

#include <algorithm>

namespace tidemark::detail {

SinkParts::SinkParts(const std::string& step, std::vector<std::string> all, std::uint32_t workers)
    : names(std::move(all)) {
  if (names.empty())
    throw DataflowError("output '" + step + "': the sink has no part that it could write to");
  const auto assigned = assign_parts(std::vector(workers, names));
  if (assigned.size() != names.size())
    throw DataflowError("output '" + step +
                        "': two parts of the sink have the same name; each must have its own");
  for (const std::string& name : names) writers.push_back(assigned.at(name));
}

std::vector<std::pair<std::size_t, std::string>> SinkParts::saved(const StateStore& store,
                                                                  const std::string& step) const {
  std::vector<std::pair<std::size_t, std::string>> positions;
  for (SavedState& saved : store.load(step, {})) {
    const auto at = std::ranges::find(names, saved.key);
    if (at == names.end())
      throw DataflowError("output '" + step + "': the part '" + saved.key +
                          "' was written in an earlier run, and is none of the sink's now");
    positions.emplace_back(at - names.begin(), *std::move(saved.state));
  }
  return positions;
}

}  // namespace tidemark::detail
