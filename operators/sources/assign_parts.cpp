// SPDX-License-Identifier: MIT
#include <tidemark/operators/sources/assign_parts.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>

namespace tidemark {

std::map<std::string, std::uint32_t> assign_parts(
    const std::vector<std::vector<std::string>>& lists) {
  std::map<std::string, std::set<std::uint32_t>> readers;
  for (std::uint32_t w = 0; w != lists.size(); ++w)
    for (const std::string& part : lists[w]) readers[part].insert(w);

  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [part, workers] : readers) order.emplace_back(workers.size(), part);
  std::ranges::sort(order);

  std::map<std::string, std::uint32_t> assigned;
  std::vector<std::size_t> parts_of(lists.size());
  for (const auto& [reach, part] : order) {
    const std::uint32_t worker = *std::ranges::min_element(
        readers[part], {}, [&](std::uint32_t w) { return std::pair(parts_of[w], w); });
    ++parts_of[worker];
    assigned[part] = worker;
  }
  return assigned;
}

}  // namespace tidemark
