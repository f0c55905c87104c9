// SPDX-License-Identifier: MIT
//
// inspect, inspect_epoch, inspect_worker, inspect_batch: look at records as they pass.
#pragma once

#include <tidemark/core/fused.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Calls `inspector(record)` for every record.
template <typename F>
auto inspect(std::string id, F inspector) {
  return [id, inspector]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        std::invocable<F&, const Item&>,
        "inspect: the inspector must take the stream's record, by value or const reference");
    return fuse_in_place(input, "inspect", id,
                         [inspector](const T&, std::vector<Item>& records) mutable {
                           for (const Item& record : records) std::invoke(inspector, record);
                         });
  };
}

/// The same without an id.
template <typename F>
auto inspect(F inspector) {
  return inspect("", std::move(inspector));
}

/// Calls `inspector(time, record)` for every record; in a Dataflow, `time` is its Epoch.
template <typename F>
auto inspect_epoch(std::string id, F inspector) {
  return [id, inspector]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<F&, const T&, const Item&>,
                  "inspect_epoch: the inspector must take the timestamp and the stream's record");
    return fuse_in_place(input, "inspect_epoch", id,
                         [inspector](const T& time, std::vector<Item>& records) mutable {
                           for (const Item& record : records) std::invoke(inspector, time, record);
                         });
  };
}

/// The same without an id.
template <typename F>
auto inspect_epoch(F inspector) {
  return inspect_epoch("", std::move(inspector));
}

/// Calls `inspector(record, worker)` for every record, `worker` counted from 0.
template <typename F>
auto inspect_worker(std::string id, F inspector) {
  return [id, inspector]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<F&, const Item&, std::uint32_t>,
                  "inspect_worker: the inspector must take the stream's record and a worker index");
    return fuse_in_place(input, "inspect_worker", id,
                         [inspector, worker = input.scope->worker().index()](
                             const T&, std::vector<Item>& records) mutable {
                           for (const Item& record : records)
                             std::invoke(inspector, record, worker);
                         });
  };
}

/// The same without an id.
template <typename F>
auto inspect_worker(F inspector) {
  return inspect_worker("", std::move(inspector));
}

/// Calls `inspector(time, records)` for every batch, a vector of records of one timestamp.
template <typename F>
auto inspect_batch(std::string id, F inspector) {
  return [id, inspector]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<F&, const T&, const std::vector<Item>&>,
                  "inspect_batch: the inspector must take a timestamp and a std::vector of the "
                  "stream's records");
    return fuse_in_place(input, "inspect_batch", id,
                         [inspector](const T& time, std::vector<Item>& records) mutable {
                           std::invoke(inspector, time, std::as_const(records));
                         });
  };
}

/// The same without an id.
template <typename F>
auto inspect_batch(F inspector) {
  return inspect_batch("", std::move(inspector));
}

}  // namespace tidemark
