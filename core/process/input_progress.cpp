// SPDX-License-Identifier: MIT
#include <tidemark/core/process/input_progress.hpp>

#include <algorithm>
#include <cmath>

namespace tidemark {

std::string progress_line(const std::vector<InputProgress>& before,
                          const std::vector<InputProgress>& now,
                          std::chrono::duration<double> elapsed, std::size_t width) {
  std::string line;
  for (const InputProgress& input : now) {
    const auto old = std::ranges::find(before, input.id, &InputProgress::id);
    const std::uint64_t since = input.records - (old == before.end() ? 0 : old->records);
    const auto rate =
        elapsed.count() > 0 ? std::llround(static_cast<double>(since) / elapsed.count()) : 0LL;
    line += (line.empty() ? "" : " | ") + input.id + ": " + std::to_string(input.records) +
            " records, " + std::to_string(rate) + "/s, epoch " + std::to_string(input.epoch) +
            ", " + std::to_string(input.behind) + " behind";
  }
  if (line.size() > width) line.resize(width);
  return line;
}

}  // namespace tidemark
