// SPDX-License-Identifier: MIT
//
// Of what types a step's keys and states were saved, and that no others are read from them.
#include <tidemark/core/codec.hpp>
#include <tidemark/core/event_time.hpp>
#include <tidemark/operators/keyed/batch.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <array>
#include <chrono>
#include <functional>

namespace tidemark::saved_types_test {
namespace {

using namespace std::chrono_literals;
using tests::MemoryStore;

template <typename Value>
std::string signature() {
  return Codec<Value>::signature();
}

enum class Colour : std::uint8_t { red };
struct Bytes {
  int number;
  float share;
};
struct Members {
  std::int64_t number;
  float share;
  static auto fields(auto& self) { return std::tie(self.number, self.share); }
};
template <typename Of>
struct Outer {
  struct Inner {
    int number;
  };
};
struct Text {
  std::string name;
  Members members;
  static auto fields(auto& self) { return std::tie(self.name, self.members); }
};

TEST_CASE("a signature says kind and size of numbers, and what a value is made of", "[codec]") {
  CHECK(signature<std::int64_t>() == "i64");
  CHECK(signature<double>() == "f64");
  CHECK(signature<float>() == "f32");
  CHECK(signature<std::uint8_t>() == "u8");
  CHECK(signature<bool>() == "bool");
  CHECK(signature<Colour>() == "u8");
  CHECK(signature<std::array<float, 3>>() == "f32*3");
  CHECK(signature<std::optional<int>>() == "i32?");
  CHECK(signature<std::map<int, std::vector<double>>>() == "[(i32,[f64])]");
  CHECK(signature<std::variant<int, std::string>>() == "<i32|text|>");
  CHECK(signature<Bytes>() == "Bytes:8");
  const auto function = [](int) {};  // whose name changes with the code before it
  CHECK(signature<Outer<decltype(function)>::Inner>() == "Inner:4");
  CHECK(signature<Outer<int>>() == "Outer<int>:1");
  CHECK(signature<Outer<double>>() == "Outer<double>:1");
  CHECK(signature<Outer<Bytes>>() == "Outer<Bytes>:1");
  CHECK(signature<Outer<decltype(function)>>() == "Outer:1");
  CHECK(signature<Members>() == "{i64,f32,}");
  CHECK(signature<Text>() == "{text,{i64,f32,},}");
  CHECK(signature<std::chrono::milliseconds>() == "i64*1/1000s");
  CHECK(signature<std::chrono::sys_time<std::chrono::milliseconds>>() != signature<EventTime>());
}

/// Runs `step` on items of a key.
template <typename Item, typename Step>
std::string error_of(const std::vector<Item>& items, Step step, StateStore& states) {
  Dataflow flow;
  input(flow, "in", TestingInput(items), tests::epoch_per_poll()) | step |
      output("out", tests::Discard{});
  Config config = tests::deterministic(2, 1);
  config.states = &states;
  return tests::error_of(flow, config);
}

/// Runs one step until its end, and then the other on what is kept.
template <typename ItemA, typename ItemB, typename StepA, typename StepB>
std::string error_of_going_on(const std::vector<ItemA>& before, StepA step_before,
                              const std::vector<ItemB>& after, StepB step_after) {
  MemoryStore store;
  CHECK(error_of(before, step_before, store) == "");
  return error_of(after, step_after, *store.going_on_with(store.last_epoch() + 1));
}

template <typename Number>
auto sum_from(Number start) {
  return stateful_map(
      "sum", [start] { return start; },
      [](Number sum, int n) {
        const auto next = static_cast<Number>(sum + static_cast<Number>(n));
        return std::pair(next, next);
      });
}

TEST_CASE("a state of another type is refused, with the step and both types", "[recovery][error]") {
  const std::vector<std::pair<std::string, int>> items{{"a", 3}, {"b", 4}};
  const auto after = [&](auto saved, auto now) {
    return error_of_going_on(items, sum_from(saved), items, sum_from(now));
  };
  CHECK(after(std::int64_t{0}, std::int64_t{0}) == "");
  CHECK_THAT(
      after(std::int64_t{0}, 0.0),
      Catch::StartsWith("step 'sum' failed on worker ") &&
          Catch::Contains("step 'sum': the store keeps keys of type text with states of type i64, "
                          "and this step has keys of type text with states of type f64"));
  CHECK_THAT(after(std::int32_t{0}, 0.0f), Catch::Contains("i32") && Catch::Contains("f32"));
  CHECK_THAT(after(std::int8_t{0}, std::uint8_t{0}),
             Catch::Contains("i8") && Catch::Contains("u8"));
}

TEST_CASE("keys of another type are refused", "[recovery][error]") {
  const std::vector<std::pair<std::int64_t, int>> before{{1, 3}, {2, 4}};
  const std::vector<std::pair<double, int>> after{{1.5, 3}};
  CHECK_THAT(error_of_going_on(before, sum_from(0), after, sum_from(0)),
             Catch::Contains("step 'sum': the store keeps keys of type i64") &&
                 Catch::Contains("this step has keys of type f64"));
}

TEST_CASE("values that wait in a join or a batch are refused by one of other values",
          "[recovery][error]") {
  const std::vector<std::pair<std::string, std::int32_t>> before{{"a", 3}};
  const std::vector<std::pair<std::string, float>> after{{"a", 3}};
  const auto joined = [](auto items) {
    const auto others = items | map([](const auto& item) { return std::pair(item.first, true); }) |
                        fold_final(
                            "late", [] { return true; }, [](bool, bool) { return true; });
    return join("rows", JoinMode{}, items, others) | map([](const auto& row) { return row.first; });
  };
  const auto stopping = [](auto items) {  // before the join is complete
    using Item = typename decltype(items)::value_type;
    return TestingInput<Item>::with_marks(
        {items.front(), TestingMark::pause(5ms), TestingMark::abort()});
  };
  MemoryStore store;
  const auto run_on = [&](auto items, auto step, StateStore& states) {
    Dataflow flow;
    step(input(flow, "in", stopping(items), tests::epoch_per_poll())) |
        output("out", tests::Discard{});
    Config config = tests::deterministic(2, 1);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  CHECK(run_on(before, joined, store) == "");
  CHECK_THAT(run_on(after, joined, *store.going_on_with(store.last_epoch() + 1)),
             Catch::Contains("step 'rows': the store keeps keys of type text with states of type "
                             "([i32],[bool],)") &&
                 Catch::Contains("states of type ([f32],[bool],)"));
  MemoryStore other;
  const auto batched = [](auto items) { return items | batch("tens", 10, 1h); };
  CHECK(run_on(before, batched, other) == "");
  CHECK_THAT(run_on(after, batched, *other.going_on_with(other.last_epoch() + 1)),
             Catch::Contains("states of type [i32]") && Catch::Contains("states of type [f32]"));
}

/// One part with three records, whose position is the number of those that were given.
template <typename Position>
struct Counted {
  using item_type = int;
  std::vector<std::string> parts() const { return {"part"}; }
  auto open(const std::string&, const SourceContext& context) const {
    struct Part final : SourcePart<int> {
      Position given{};
      Poll next_batch(std::vector<int>& batch) override {
        if (given == Position{3}) return {Poll::State::end, {}};
        batch.push_back(static_cast<int>(++given));
        return {Poll::State::more, {}};
      }
      std::optional<std::string> position() const override { return to_bytes(given); }
    };
    auto part = std::make_unique<Part>();
    if (context.resume_at) part->given = from_bytes<Position>(*context.resume_at);
    return std::unique_ptr<SourcePart<int>>(std::move(part));
  }
};
struct ByNumber : Counted<std::int64_t> {};
struct ByShare : Counted<double> {};

TEST_CASE("a position that another kind of source has saved is refused", "[recovery][error]") {
  const auto error_on = [](auto source, MemoryStore& states) {
    Dataflow flow;
    input(flow, "in", source, tests::epoch_per_poll()) | output("out", tests::Discard{});
    Config config = tests::deterministic(2, 1);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  MemoryStore store;
  CHECK(error_on(ByNumber{}, store) == "");
  CHECK(error_on(ByNumber{}, *store.going_on_with(store.last_epoch() + 1)) == "");
  CHECK_THAT(error_on(ByShare{}, *store.going_on_with(store.last_epoch() + 1)),
             Catch::Contains("input 'in': the position that the store keeps of the part 'part' was "
                             "saved by a source of type ByNumber, and this one is a ByShare"));
}

}  // namespace
}  // namespace tidemark::saved_types_test
