// SPDX-License-Identifier: MIT
//
// Question: how much memory does a part of a dataflow take, and how long does it take to build one?
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/unordered_input.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/routing/concat.hpp>

#include "bench.hpp"
#include "virtual_steps.hpp"
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <malloc.h>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

using Numbers = Stream<Epoch, std::uint64_t>;

/// What this thread, the first one, has allocated and not freed.
double bytes_in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Bytes for each of `number` parts that `build(number)` makes, and that live as long as its
/// result.
template <typename Build>
double bytes_per_part(std::uint64_t number, Build build) {
  const double before = bytes_in_use();
  const auto parts = build(number);
  return (bytes_in_use() - before) / static_cast<double>(number);
}

/// A worker with a dataflow that `build(scope)` makes, after its first step.
template <typename Build>
std::unique_ptr<Embedded> started(Build build) {
  auto embedded = std::make_unique<Embedded>();
  embedded->worker().dataflow<Epoch>(build);
  embedded->step();
  check(embedded->has_dataflows(), "a dataflow that goes on");
  return embedded;
}

/// An input that is never closed.
Numbers open_input(Scope<Epoch>& scope) {
  return source<std::uint64_t>(scope, "", [](Capability<Epoch> capability, Activator) {
    return [held = std::move(capability)](auto&) {};
  });
}

auto chain(std::uint64_t operators) {
  return started([=](Scope<Epoch>& scope) {
    Numbers stream = open_input(scope);
    for (std::uint64_t i = 0; i != operators; ++i)
      stream = unary<std::uint64_t>(stream, Pipeline{}, "pass", "", [](auto& in, auto& out) {
        in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
  });
}

auto fan_in(std::uint64_t channels) {
  return started(
      [=](Scope<Epoch>& scope) { concat(std::vector<Numbers>(channels, open_input(scope))); });
}

/// An operator that holds a capability for each of so many timestamps.
auto open_times(std::uint64_t number) {
  return started([=](Scope<Epoch>& scope) {
    source<std::uint64_t>(scope, "", [=](Capability<Epoch> first, Activator) {
      return [=, first = std::move(first),
              held = std::map<Epoch, Capability<Epoch>>{}](auto&) mutable {
        for (std::uint64_t t = held.size(); t != number; ++t) held.emplace(t, first.delayed(t));
      };
    });
  });
}

/// Nanoseconds per operator.
template <typename Build>
double build_time(std::uint64_t operators, Build build) {
  const Stopwatch watch;
  const auto parts = build(operators);
  return watch.ns() / static_cast<double>(operators);
}

/// Virtual steps, a queue for each, and counts of timestamps.
auto steps(std::uint64_t number) {
  return std::make_unique<VirtualChain<std::identity>>(number);
}
auto queues(std::uint64_t number) {
  std::vector<std::unique_ptr<std::vector<std::uint64_t>>> all(number);
  for (auto& queue : all) queue = std::make_unique<std::vector<std::uint64_t>>(1);
  return all;
}
auto counts(std::uint64_t number) {
  std::map<std::uint64_t, std::uint64_t> all;
  for (std::uint64_t t = 0; t != number; ++t) all.emplace(t, 1);
  return all;
}

}  // namespace

void add_footprint_rows(Rows& rows) {
  const auto add = [&](std::string name, std::string per, std::string baseline, auto ours,
                       auto by_hand) {
    rows.push_back({.name = std::move(name),
                    .per = std::move(per),
                    .baseline = std::move(baseline),
                    .quick_rounds = 10'000,
                    .full_rounds = 100'000,
                    .ours = [=](std::uint64_t n) { return bytes_per_part(n, ours); },
                    .by_hand = [=](std::uint64_t n) { return bytes_per_part(n, by_hand); }});
  };
  add("memory_operator", "bytes, with queue", "an object with a virtual call", chain, steps);
  add("memory_channel", "bytes", "a vector", fan_in, queues);
  add("memory_open_time", "bytes", "an entry of a map", open_times, counts);
  rows.push_back({.name = "build_100000",
                  .per = "operator",
                  .baseline = "an object with a virtual call",
                  .quick_rounds = 100'000,
                  .full_rounds = 100'000,
                  .ours = [](std::uint64_t n) { return build_time(n, chain); },
                  .by_hand = [](std::uint64_t n) { return build_time(n, steps); }});
}

}  // namespace tidemark::bench
