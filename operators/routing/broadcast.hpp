// SPDX-License-Identifier: MIT
//
// broadcast: every record at every worker.
#pragma once

#include <tidemark/core/operator.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tidemark {

/// Sends every record to every worker, the sender's included.
///
///     rates | broadcast()
inline auto broadcast(std::string id = "") {
  return [id]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        is_copyable<Item>,
        "broadcast: the stream's record must be copyable, since each worker gets one; send "
        "what can be copied, such as a std::shared_ptr");
    using Addressed = std::pair<std::uint32_t, Item>;
    const auto addressed = fuse<Addressed>(
        input, "address", "",
        [peers = input.scope->worker().peers()](const T&, auto& records, auto& out) {
          for (const Item& record : records)
            for (std::uint32_t worker = 0; worker != peers; ++worker) out.give({worker, record});
        });
    return unary<Item>(
        addressed, Exchange{[](const Addressed& to) -> std::uint64_t { return to.first; }},
        "broadcast", id,
        [](auto& in, auto& out) {
          in.for_each([&](auto& batch) {
            for (auto& [worker, record] : batch) out.at(batch).give(std::move(record));
          });
        },
        Interest::never, Keeps::nothing);
  };
}

}  // namespace tidemark
