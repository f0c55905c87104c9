// SPDX-License-Identifier: MIT
//
// composite: several steps that are seen as one.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/stream.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {
namespace detail {

/// Opens the composite step in whatever is being built, a dataflow or a blueprint.
template <typename Place, typename F, typename... Streams>
auto build_composite(Place& place, const std::string& name, F& f, Streams... streams) {
  place.enter_composite(name);
  auto results = std::invoke(f, streams...);
  place.leave_composite();
  return results;
}

template <typename F>
struct Composite {
  std::string name;
  F f;

  template <Timestamp T, typename Item>
    requires std::invocable<F&, Stream<T, Item>>
  auto operator()(Stream<T, Item> stream) {
    return build_composite(*stream.scope, name, f, stream);
  }
  template <typename Item>
    requires std::invocable<F&, FlowStream<Item>>
  auto operator()(FlowStream<Item> stream) {
    return build_composite(*stream.flow, name, f, stream);
  }
};

}  // namespace detail

/// Applies `f`, a function from stream to stream or streams, as one step: pictures have a box of
/// its own around the steps that it adds. Of no other consequence.
///
///     events | composite("sessions", [](auto events) { return events | key_on(user) | ...; })
template <typename F>
auto composite(std::string name, F f) {
  return detail::Composite<F>{std::move(name), std::move(f)};
}

/// The same for a function of several streams.
///
///     composite("profiles", make_profiles, names, emails)
template <typename F, Timestamp T, typename Item, typename... Others>
auto composite(const std::string& name, F f, Stream<T, Item> first, Others... others) {
  return detail::build_composite(*first.scope, name, f, first, others...);
}
/// The same in a blueprint.
template <typename F, typename Item, typename... Others>
auto composite(const std::string& name, F f, FlowStream<Item> first, Others... others) {
  return detail::build_composite(*first.flow, name, f, first, others...);
}

}  // namespace tidemark
