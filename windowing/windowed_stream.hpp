// SPDX-License-Identifier: MIT
//
// What a window step gives: a stream of results, and more on demand.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/window.hpp>

#include <memory>
#include <utility>

namespace tidemark {

/// The results of windows without their windows: (key, result) of each (key, WindowResult).
///
///     readings | fold_window(...) | values()
inline auto values() {
  return map([]<typename Key, typename Result>(std::pair<Key, WindowResult<Result>> of_window) {
    return std::pair(std::move(of_window.first), std::move(of_window.second.result));
  });
}

/// The results of windows, pairs of key and WindowResult: a Stream, or the FlowStream of a
/// blueprint, and used as one.
template <typename Results, typename LateStream>
struct Windowed : Results {
  /// A (key, Late) for each value that is too late, for one of its windows at least. It is in none
  /// of those that it was late for.
  const LateStream& late() const {
    *late_wanted = true;
    return late_values;
  }
  /// The results alone.
  const Results& results() const { return *this; }

  /// @cond engine
  LateStream late_values{};
  std::shared_ptr<bool> late_wanted{};
  /// @endcond
};

}  // namespace tidemark
