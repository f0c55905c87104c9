// SPDX-License-Identifier: MIT
//
// What an operator keeps between its activations is declared: a run with a store takes what is
// saved, or need not be, and refuses what would be lost.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/iterator_source.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/broadcast.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/accumulate.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/operators/timestamps/delay.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>
#include <tidemark/operators/timestamps/reclock.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

namespace tidemark::keeps_test {
namespace {

using tests::MemoryStore;
using Keyed = std::pair<std::string, int>;
using Records = Stream<Epoch, Keyed>;

auto sum() {
  return stateful_map(
      "sum", [] { return 0; },
      [](int sum, int value) { return std::pair(sum + value, sum + value); });
}

/// What a run with a store says of a step; nothing if it runs.
template <typename Step>
std::string refusal(Step step) {
  MemoryStore store;
  Config config = tests::deterministic(2, 1);
  config.states = &store;
  Dataflow flow;
  const auto items = input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 2}}),
                           tests::epoch_per_poll());
  flow.apply(step, items) | output("out", tests::Discard{});
  return tests::error_of(flow, config);
}

/// Passes records on, as an operator of one's own that keeps what it says.
auto own(Keeps keeps) {
  return [keeps](Records items) {
    return unary<Keyed>(
        items, Pipeline{}, "own", "mine",
        [](auto& in, auto& out) {
          in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
        },
        Interest::never, keeps);
  };
}

TEST_CASE("a run with a store refuses an operator of one's own that does not say what it keeps",
          "[recovery][error]") {
  const auto silent = [](Records items) {
    return unary<Keyed>(items, Pipeline{}, "own", "mine", [](auto& in, auto& out) {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
  };
  CHECK_THAT(refusal(silent), Catch::Contains("own 'mine' keeps values from epoch to epoch that "
                                              "are not saved") &&
                                  Catch::Contains("say so by OperatorBuilder::keeps"));
  CHECK(refusal(own(Keeps::nothing)) == "");
  CHECK(refusal(own(Keeps::within_epoch)) == "");
  CHECK(refusal(own(Keeps::cache)) == "");
  CHECK(refusal(own(Keeps::saved)) == "");
  CHECK_THAT(refusal(own({Keeps::unsaved, "ask its author"})),
             Catch::Contains("run it without a store, or ask its author"));
}

TEST_CASE("a run with a store refuses the steps that would lose what they hold back",
          "[recovery][error]") {
  CHECK_THAT(refusal([](Records items) {
               return join("pairs", items, items) | map([](auto) { return Keyed(); });
             }),
             Catch::Contains("join 'pairs'") && Catch::Contains("by a JoinMode"));
  CHECK_THAT(refusal(delay("later", [](Epoch time, const Keyed&) { return time.value + 1; })),
             Catch::Contains("delay 'later'"));
  CHECK_THAT(refusal([](Records items) { return items | reclock(items, "ticks"); }),
             Catch::Contains("reclock 'ticks'"));
}

TEST_CASE("a run with a store refuses a source that would begin anew", "[recovery][error]") {
  CHECK_THAT(refusal([](Records items) {
               return merge(items, to_stream(*items.scope, std::vector<Keyed>{{"c", 3}}, "some"));
             }),
             Catch::Contains("source 'some'"));
}

TEST_CASE("a run with a store takes the steps that keep nothing, or forget it with the epoch",
          "[recovery]") {
  const auto keep_items = [](auto) { return Keyed(); };
  CHECK(refusal(redistribute()) == "");
  CHECK(refusal(broadcast("all")) == "");
  CHECK(refusal(distinct("once")) == "");
  CHECK(refusal([](Records items) { return concat(std::vector{items, items}); }) == "");
  CHECK(refusal([&](Records items) { return items | count("count") | map(keep_items); }) == "");
  CHECK(refusal([&](Records items) {
          return items |
                 accumulate("sum", 0, [](int& sum, const Keyed& item) { sum += item.second; }) |
                 map(keep_items);
        }) == "");
  CHECK(refusal([&](Records items) {
          return items | aggregate<int>(
                             "sums", [](const std::string&, int value, int& sum) { sum += value; },
                             [](const std::string& key, int sum) { return Keyed(key, sum); });
        }) == "");
}

TEST_CASE("each worker is given what it keeps itself, and nothing of the others'", "[recovery]") {
  std::vector<Keyed> items;
  for (int n = 0; n != 50; ++n) items.emplace_back(std::to_string(n), n);
  MemoryStore store;
  const auto run_with = [&items](StateStore& states, std::uint32_t workers) {
    Config config = tests::deterministic(workers, 3);
    config.states = &states;
    Dataflow flow;
    input(flow, "in", TestingInput(items), tests::epoch_per_poll()) | sum() |
        output("out", tests::Discard{});
    cluster_main(flow, config);
  };
  run_with(store, 2);
  const auto restored = store.going_on_with(store.last_epoch() + 1);
  run_with(*restored, 7);
  CHECK(restored->loaded("sum") == items.size());  // at all seven, each key once
}

TEST_CASE("a store that gives a worker the keys of others is refused", "[recovery][error]") {
  struct Generous final : StateStore {
    std::uint64_t first_epoch() const override { return 2; }
    std::vector<SavedState> load(const std::string& step, const SavedShare&) const override {
      if (step != "sum") return {};
      const std::string key = "a";
      return {{to_bytes(key), to_bytes(1), ByKey::of(key)}};
    }
    void save(const std::string&, std::uint32_t, std::uint64_t, std::vector<SavedState>) override {}
  };
  Generous store;
  Config config = tests::deterministic(2, 0);
  config.states = &store;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>())) | sum() | output("out", tests::Discard{});
  CHECK_THAT(tests::error_of(flow, config),
             Catch::Contains("a key whose route leads to another worker"));
}

TEST_CASE("records of an epoch that an earlier run has saved are refused", "[recovery][error]") {
  MemoryStore store;
  const auto restored = store.going_on_with(3);
  const auto run_from = [&](std::uint64_t first) {
    Config config = tests::deterministic(1, 0);
    config.states = restored.get();
    execute(config, [first](Worker& worker) {
      auto fed = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, items] = new_input<Keyed>(scope);
        items | sum();
        return std::move(handle);
      });
      fed.advance_to(first);
      fed.send({"a", 1});
    });
  };
  CHECK_THROWS_WITH(run_from(2), Catch::Contains("step 'sum' was sent records at 2") &&
                                     Catch::Contains("advance_to the store's first_epoch"));
  CHECK_NOTHROW(run_from(3));
}

TEST_CASE("a key whose hash is another one than when it was saved is refused",
          "[recovery][error]") {
  MemoryStore store;
  const std::string key = "a";
  store.save("sum", 0, 1, {{to_bytes(key), to_bytes(1), ByKey::of(key) + 1}});
  const auto restored = store.going_on_with(2);
  Config config = tests::deterministic(1, 0);
  config.states = restored.get();
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}})) | sum() |
      output("out", tests::Discard{});
  CHECK_THAT(tests::error_of(flow, config),
             Catch::Contains("a key that was saved has another hash in this run"));
}

}  // namespace
}  // namespace tidemark::keeps_test
