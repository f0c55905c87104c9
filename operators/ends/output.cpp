// SPDX-License-Identifier: MIT
#include <tidemark/operators/ends/output_shard.hpp>

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

}  // namespace tidemark::detail
