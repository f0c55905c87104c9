// SPDX-License-Identifier: MIT
//
// The search: visits every reachable state of a system, breadth first, and shows a way there.
#pragma once

#include <tests/model/event_model.hpp>
#include <tests/model/model.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tidemark::model {

struct Found {
  std::uint64_t states = 0;  ///< distinct ones, symmetric ones merged
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;  ///< steps to the state that is farthest from the beginning
  std::uint64_t ends = 0;   ///< states in which nothing is left
  double seconds = 0;
  bool complete = false;  ///< false if it was cut short by `max_states`
  std::optional<Violation> violation;
  /// The shortest way to it: canonical states, without the last one if the step to it is wrong.
  std::vector<Bytes> way;
  std::uint32_t steps = 0;  ///< of that way
};

struct SearchOptions {
  std::uint64_t max_states = 100'000'000;
  std::function<void(std::uint64_t states)> tell;  ///< called now and then
};

/// Ends with the first violation, which no shorter way leads to. Of a Model or an EventModel.
template <typename M>
Found search(M& model, const SearchOptions& options = {});

/// A shortest way to a violation. States on a way that the search has found are canonical, so that
/// the names of workers change from one to the next; here they do not.
template <typename M>
struct Walk {
  Violation violation;  ///< with the names of workers as they are in the steps
  std::vector<typename M::Step> steps{};
  std::vector<typename M::State> states{};  ///< one more
};

/// Requires: `found` has a violation, and comes from `model`.
template <typename M>
Walk<M> walk(M& model, const Found& found);

/// Calls `use(model)` with the model of a system: that of event time if it has parts.
template <typename Use>
void with_model(const System& system, const Mutation* mutation, Use use) {
  if (system.parts.empty()) {
    Model model(system, mutation);
    use(model);
  } else {
    EventModel model(system, mutation);
    use(model);
  }
}

}  // namespace tidemark::model
