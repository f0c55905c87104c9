// SPDX-License-Identifier: MIT
#include <tidemark/core/pact.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tidemark::detail {

void require_workers(std::span<const std::uint32_t> to, std::uint32_t workers) {
  const auto wrong = std::ranges::find_if(to, [=](std::uint32_t w) { return w >= workers; });
  if (wrong != to.end())
    throw std::out_of_range("a pact sent a record to worker " + std::to_string(*wrong) +
                            "; there are " + std::to_string(workers) + " workers, counted from 0");
}

}  // namespace tidemark::detail
