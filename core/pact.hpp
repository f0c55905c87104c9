// SPDX-License-Identifier: MIT
//
// Pacts: which records of a stream go to which worker.
#pragma once

#include <tidemark/core/record_type.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// The pact of an input that takes its batches from the same worker.
struct Pipeline {};

/// A pact for records of type `Item`. It is asked once a batch: `distribute(records, workers, to)`
/// sets `to[i]`, for each record i, to the worker that gets it, which must be less than `workers`.
/// It may be any class with such a function. Each worker has a copy; its answer must depend on the
/// records alone if equal ones are to meet. With one worker it is not asked.
template <typename P, typename Item>
concept RoutingPact =
    requires(P& pact, const std::vector<Item>& records, std::uint32_t workers,
             std::span<std::uint32_t> to) { pact.distribute(records, workers, to); };

/// The pact of an input that takes each record at the worker that `route(record)` names, modulo the
/// number of workers. `route` must be a function of the record alone, with well-mixed low bits
/// (hash.hpp).
template <typename Route>
struct Exchange {
  Route route;  ///< gives a hash of 64 bits

  /// As a RoutingPact has it.
  template <typename Item>
  void distribute(const std::vector<Item>& records, std::uint32_t workers,
                  std::span<std::uint32_t> to) {
    const bool power_of_two = (workers & (workers - 1)) == 0;
    for (std::size_t i = 0; i != to.size(); ++i) {
      const std::uint64_t hash = std::invoke(route, records[i]);
      to[i] = static_cast<std::uint32_t>(power_of_two ? hash & (workers - 1) : hash % workers);
    }
  }
};
template <typename Route>
Exchange(Route) -> Exchange<Route>;  ///< an Exchange by that route

/// A pact as a channel asks it.
class Router {
 public:
  virtual ~Router() = default;
  /// Fills the table. Throws std::out_of_range for a worker that is not there.
  virtual void route(AnyRecords& records, std::uint32_t workers,
                     std::vector<std::uint32_t>& to) = 0;
};

namespace detail {

template <typename>
inline constexpr bool is_exchange = false;
template <typename Route>
inline constexpr bool is_exchange<Exchange<Route>> = true;

/// Throws std::out_of_range if one of `to` is no worker.
void require_workers(std::span<const std::uint32_t> to, std::uint32_t workers);

template <typename Item, typename P>
class PactRouter final : public Router {
 public:
  explicit PactRouter(P pact) : pact_(std::move(pact)) {}

  void route(AnyRecords& records, std::uint32_t workers, std::vector<std::uint32_t>& to) override {
    const std::vector<Item>& typed = records_as<Item>(records);
    to.resize(typed.size());
    pact_.distribute(typed, workers, std::span(to));
    if constexpr (!is_exchange<P>) require_workers(to, workers);
  }

 private:
  P pact_;
};

}  // namespace detail
}  // namespace tidemark
