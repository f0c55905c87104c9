// SPDX-License-Identifier: MIT
//
// Predicates: what filter, branch and reduce ask of their functions.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>

namespace tidemark {

/// Answers yes or no to such arguments: a bool itself, for a number in its place is a mistake.
template <typename F, typename... Arguments>
concept PredicateOn =
    std::invocable<F&, Arguments...> && std::same_as<std::invoke_result_t<F&, Arguments...>, bool>;

}  // namespace tidemark
