// SPDX-License-Identifier: MIT
//
// accumulate: one result for each timestamp at each worker.
#pragma once

#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace tidemark {

/// Folds the records of a timestamp that are at this worker, in no particular order: the
/// accumulator begins as `initial`, and `fold(accumulator, record)` changes it. When the timestamp
/// is complete it is sent at that timestamp, by each worker that had records. Exchange the results
/// to one worker and accumulate again for one result in all.
///
///     numbers | accumulate("sum", 0, [](int& sum, int n) { sum += n; })
template <typename Accumulator, typename Fold>
auto accumulate(std::string id, Accumulator initial, Fold fold) {
  return [id, initial, fold]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<Fold&, Accumulator&, Item>,
                  "accumulate: the fold must take the accumulator, by reference, and the stream's "
                  "record");
    return unary_due<Accumulator>(
        input, Pipeline{}, "accumulate", id,
        [initial, fold, open = OpenTimes<T, std::optional<Accumulator>>{}](auto& in,
                                                                           auto& out) mutable {
          in.for_each([&](auto& batch) {
            std::optional<Accumulator>& accumulator = open.at(batch, out);
            if (!accumulator) accumulator = initial;
            for (Item& item : batch) std::invoke(fold, *accumulator, std::move(item));
          });
          open.release(
              [&](const Capability<T>& at, auto& sum) { out.at(at).give(*std::move(sum)); },
              in.frontier());
        },
        Keeps::within_epoch);
  };
}

}  // namespace tidemark
