// SPDX-License-Identifier: MIT
//
// Runs that go on from what another has saved: what every step that keeps something must stand.
#pragma once

#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <functional>
#include <sstream>

namespace tidemark::tests {

/// Text of a result, so that results of all types can be compared.
template <typename Value>
std::string text_of(const Value& value) {
  if constexpr (requires { value.first, value.second; }) {
    return text_of(value.first) + "=" + text_of(value.second);
  } else if constexpr (requires { value.has_value(); }) {
    return value ? text_of(*value) : "none";
  } else if constexpr (requires { std::tuple_size<Value>::value; }) {
    return std::apply([](const auto&... each) { return ((text_of(each) + ",") + ...); }, value);
  } else if constexpr (requires(std::ostream& out) { out << value; }) {
    std::ostringstream text;
    text << value;
    return std::move(text).str();
  } else {
    std::string text;
    for (const auto& each : value) text += text_of(each) + " ";
    return text;
  }
}

/// What is tried: from records to texts.
template <typename Item>
using StepInTest = std::function<FlowStream<std::string>(FlowStream<Item>)>;

/// The records, `batch` an epoch, and then a pause, in which all epochs are completed everywhere:
/// what is sent at the end of input is in the epoch that follows.
template <typename Item>
TestingInput<Item> paced(const std::vector<Item>& items, std::size_t batch) {
  std::vector<std::variant<Item, TestingMark>> entries(items.begin(), items.end());
  entries.emplace_back(TestingMark::pause(std::chrono::nanoseconds(1)));
  return TestingInput<Item>::with_marks(entries, batch);
}

/// What `step` gives with its epochs, sorted.
template <typename Item>
std::vector<InEpoch<std::string>> results_of(const StepInTest<Item>& step,
                                             const TestingInput<Item>& items,
                                             const Config& config) {
  Log<InEpoch<std::string>> log;
  Dataflow flow;
  log_output(step(input(flow, "items", items, epoch_per_poll())), log);
  cluster_main(flow, config);
  return log.sorted();
}

/// Runs `step` on the items with 1 and 3 workers, and then, from the end of every epoch, with other
/// ones on what is left: that must give what the first run gave from there on.
template <typename Item>
void check_going_on(const StepInTest<Item>& step, const TestingInput<Item>& items) {
  for (const std::uint32_t workers : {1u, 3u}) {
    MemoryStore store;
    Config config = deterministic(workers, 5);
    config.states = &store;
    const auto results = results_of(step, items, config);
    REQUIRE(!results.empty());
    REQUIRE(store.last_epoch() > 2);
    for (std::uint64_t epoch = 2; epoch <= store.last_epoch() + 1; ++epoch) {
      INFO(workers << " workers, from epoch " << epoch);
      const auto restored = store.going_on_with(epoch);
      Config other = deterministic(5 - workers, epoch);
      other.states = restored.get();
      auto expected = results;
      std::erase_if(expected, [&](const auto& result) { return result.first < epoch; });
      REQUIRE(results_of(step, items, other) == expected);
    }
  }
}

}  // namespace tidemark::tests
