// SPDX-License-Identifier: MIT
//
// What a window step gives: a stream of results, and two more on demand.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/windowing/window.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace tidemark {
namespace detail {

/// Takes one kind of notice out of a stream of them.
template <typename Kind, typename Key, typename Value>
auto notices_of(const std::string& id) {
  return filter_map(id, [](std::pair<Key, Notice<Value>> notice) {
    Kind* const kind = std::get_if<Kind>(&notice.second);
    return kind == nullptr
               ? std::optional<std::pair<Key, Kind>>()
               : std::optional(std::pair<Key, Kind>(std::move(notice.first), std::move(*kind)));
  });
}

}  // namespace detail

/// The results of windows, pairs of key and result: a Stream, or the FlowStream of a blueprint, and
/// used as one.
template <typename Results, typename Notices, typename Key, typename Value>
struct Windowed : Results {
  /// A (key, WindowInfo) for each window that closes, together with its result.
  auto windows() const {
    wanted->windows = true;
    return notices | detail::notices_of<WindowInfo, Key, Value>("");
  }
  /// A (key, Late) for each value that is too late, for one of its windows at least. It is in none
  /// of those that it was late for.
  auto late() const {
    wanted->late = true;
    return notices | detail::notices_of<Late<Value>, Key, Value>("");
  }
  /// The results alone.
  const Results& results() const { return *this; }

  Notices notices{};
  std::shared_ptr<detail::Wanted> wanted{};
};

}  // namespace tidemark
