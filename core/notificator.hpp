// SPDX-License-Identifier: MIT
//
// Notificators: "call me when nothing at this timestamp can come any more".
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/progress/antichain.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace tidemark {

/// Capabilities that wait for their timestamps to be complete, for an operator with an interest in
/// frontiers (interest.hpp) of `when_due` or more. Thread: its worker.
///
///     in.for_each([&](auto& batch) { notificator.notify_at(out.retain(batch)); });
///     notificator.for_each([&](const Capability<T>& at, std::uint64_t requests) { ... },
///                          in.frontier());
template <Timestamp T>
class Notificator {
 public:
  /// Asks for a notification at the capability's timestamp. Several requests for one timestamp are
  /// one notification, which counts them. O(log k) for k timestamps that are waited for.
  void notify_at(Capability<T> capability);

  /// Calls `action(capability, requests)` for each timestamp that none of the frontiers can bring
  /// any more, earliest first. The action may ask for more. In a total order O(1) for each call and
  /// for the look that finds no more; in a partial order O(k).
  template <typename Action, typename... Frontiers>
  void for_each(Action&& action, const Frontiers&... frontiers) {
    const Antichain<T>* const all[] = {&frontiers...};
    while (const std::optional<Request> due = take_due(all)) action(due->capability, due->count);
  }

 private:
  struct Request {
    Capability<T> capability;
    std::uint64_t count;
  };

  /// The earliest that none of the frontiers can bring any more; what an action has asked for may
  /// be earlier than what was due before.
  std::optional<Request> take_due(std::span<const Antichain<T>* const> frontiers);

  std::map<T, Request> requests_;
};

}  // namespace tidemark
