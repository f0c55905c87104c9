// SPDX-License-Identifier: MIT
//
// Keys and values that are NaN, and zeros of either sign, in every step that has keys or compares.
#include <tidemark/operators/keyed/batch.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <cmath>
#include <functional>
#include <limits>

namespace tidemark::undefined_keys_test {
namespace {

using namespace std::chrono_literals;
using tests::Log;
using tests::MemoryStore;
using Keyed = std::pair<double, int>;
using Items = FlowStream<Keyed>;

const double nan_a = std::nan("1");
const double nan_b = -std::nan("2");
constexpr double infinity = std::numeric_limits<double>::infinity();

/// One text for all that is one key.
std::string name_of(double key) {
  return std::isnan(key) ? "nan" : key == 0 ? "zero" : key == infinity ? "infinity" : "number";
}

const std::vector<double> keys{nan_a, 0.0, nan_b, -0.0, 1.0, nan_a, infinity, nan_b, -0.0};
const std::map<std::string, int> occurrences{
    {"infinity", 1}, {"nan", 4}, {"number", 1}, {"zero", 3}};

std::vector<Keyed> ones() {
  std::vector<Keyed> items;
  for (const double key : keys) items.push_back({key, 1});
  return items;
}

/// Steps that make of (key, 1)s how many of each key there are, those that go on told last.
std::map<std::string, std::function<Items(Items)>> steps() {
  const auto plus = [](int a, int b) { return a + b; };
  const auto key = [](const Keyed& item) { return item.first; };
  const auto as_int = map([](std::pair<double, std::uint64_t> all) {
    return Keyed(all.first, static_cast<int>(all.second));
  });
  return {
      {"count_final", [=](Items items) { return items | count_final("s", key) | as_int; }},
      {"reduce_final with expiry",
       [=](Items items) { return (items | reduce_final("s", plus, expire_after(1h))).results(); }},
      {"batch",
       [](Items items) {
         return items | batch("s", 100, 1h) | map([](std::pair<double, std::vector<int>> all) {
                  return Keyed(all.first, static_cast<int>(all.second.size()));
                });
       }},
      {"stateful_map",
       [](Items items) {
         return items | stateful_map(
                            "s", [] { return 0; },
                            [](int sum, int n) { return std::pair(sum + n, sum + n); });
       }},
      {"join",
       [=](Items items) {
         const auto sums = items | reduce_final("sum", plus);
         return join("s", {.emit = JoinEmit::final}, items, sums) | map([](const auto& row) {
                  return Keyed(row.first, std::get<1>(row.second).value_or(0));
                });
       }},
      {"join of pairs",
       [=](Items items) {
         const auto sums = items | reduce_final("sum", plus);
         return join("s", sums, items) |
                map([](const auto& pair) { return Keyed(pair.first, pair.second.first); });
       }},
      {"count", [=](Items items) { return items | map(key) | count("s") | as_int; }},
      {"aggregate",
       [](Items items) {
         return items | aggregate<int>(
                            "s", [](double, int n, int& sum) { sum += n; },
                            [](double k, int sum) { return Keyed(k, sum); });
       }},
  };
}

TEST_CASE("all NaNs are one key in every step, and zeros of both signs are another", "[keyed]") {
  for (const auto& [name, step] : steps())
    for (const std::uint32_t workers : {1u, 2u, 7u})
      for (const std::uint64_t seed : {0u, 1u, 2u}) {
        INFO(name << ", " << workers << " workers, seed " << seed);
        Log<std::pair<std::string, int>> log;
        Dataflow flow;
        step(input(flow, "in", TestingInput(ones(), 100))) | inspect([&log](const Keyed& all) {
          log.add({name_of(all.first), all.second});
        }) | output("out", tests::Discard{});
        cluster_main(flow, tests::deterministic(workers, seed));
        std::map<std::string, int> most;
        for (const auto& [key, n] : log.entries()) most[key] = std::max(most[key], n);
        CHECK(most == occurrences);
      }
}

TEST_CASE("a NaN inside of pairs and optional keys is one key", "[keyed]") {
  using Key = std::pair<std::string, std::optional<double>>;
  std::vector<Key> records;
  for (const double key : keys) records.push_back({"a", key});
  records.push_back({"b", nan_a});
  records.push_back({"b", {}});
  tests::for_each_schedule([&](const Config& config) {
    Log<std::string> log;
    Dataflow flow;
    input(flow, "in", TestingInput(records, 100)) | distinct("s") | inspect([&log](const Key& key) {
      log.add(key.first + ":" + (key.second ? name_of(*key.second) : "none"));
    }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<std::string>{"a:infinity", "a:nan", "a:number", "a:zero", "b:nan", "b:none"});
  });
}

TEST_CASE("final results of floating-point keys come in the order of numbers, and NaN at the end",
          "[final]") {
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", TestingInput(ones())) | reduce_final("s", std::plus<int>()) |
      inspect([&log](const Keyed& all) { log.add(name_of(all.first)); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(log.entries() == std::vector<std::string>{"zero", "number", "infinity", "nan"});
}

TEST_CASE("of all NaNs, and of both zeros, one state is saved and gone on with", "[recovery]") {
  const auto run_with = [](StateStore& states, std::vector<Keyed> items, std::uint32_t workers) {
    Log<std::pair<std::string, int>> log;
    Dataflow flow;
    input(flow, "in", TestingInput(std::move(items)), tests::epoch_per_poll()) |
        stateful_map(
            "sum", [] { return 0; }, [](int sum, int n) { return std::pair(sum + n, sum + n); },
            expire_after(1h)) |
        inspect([&log](const Keyed& sum) {
          log.add({name_of(sum.first), sum.second});
        }) |
        output("out", tests::Discard{});
    Config config = tests::deterministic(workers, 1);
    config.states = &states;
    cluster_main(flow, config);
    return log.sorted();
  };
  using Sums = std::vector<std::pair<std::string, int>>;
  std::vector<Keyed> items{{nan_a, 1}, {nan_b, 2}, {-0.0, 1}, {0.0, 2}};
  MemoryStore store;
  CHECK(run_with(store, items, 1) == Sums{{"nan", 1}, {"nan", 3}, {"zero", 1}, {"zero", 3}});
  const auto next = store.going_on_with(store.last_epoch() + 1);
  items.insert(items.end(), {{-0.0, 4}, {nan_b, 4}});
  CHECK(run_with(*next, items, 3) == Sums{{"nan", 7}, {"zero", 7}});
  CHECK(next->loaded("sum") == 2);
}

TEST_CASE("the least and the greatest of values with a NaN is NaN, wherever it stands", "[final]") {
  const auto made_of = [](const std::vector<double>& values, auto step) {
    std::vector<Keyed> items;  // the value as key of an item, and not of the step
    for (const double value : values) items.push_back({value, 7});
    Log<double> log;
    Dataflow flow;
    input(flow, "in", TestingInput(items)) |
        map([](const Keyed& item) { return std::pair(0, item); }) | step |
        inspect([&log](const std::pair<int, Keyed>& best) { log.add(best.second.first); }) |
        output("out", tests::Discard{});
    cluster_main(flow, tests::deterministic(2, 0));
    REQUIRE(log.entries().size() == 1);
    return log.entries().front();
  };
  for (const std::vector<double>& values :
       {std::vector{nan_a, 2.0}, {2.0, nan_a}, {1.0, nan_b, 2.0}, {infinity, -infinity, nan_a}}) {
    CHECK(std::isnan(made_of(values, min_final("least"))));
    CHECK(std::isnan(made_of(values, max_final("greatest"))));
    CHECK(std::isnan(made_of(values, min_final("least by its number", &Keyed::first))));
    CHECK(std::isnan(made_of(values, max_final("greatest by its number", &Keyed::first))));
  }
  CHECK(made_of({2.0, 1.0, infinity}, min_final("least")) == 1.0);
  CHECK(made_of({2.0, 1.0, infinity}, max_final("greatest")) == infinity);
}

/// A key of the program's own with an `==` that is left to the compiler.
struct Place {
  double north = 0;
  friend bool operator==(const Place&, const Place&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << place.north << " N";
  }
};

}  // namespace
}  // namespace tidemark::undefined_keys_test

template <>
struct std::hash<tidemark::undefined_keys_test::Place> {
  std::size_t operator()(const tidemark::undefined_keys_test::Place&) const { return 42; }
};

namespace tidemark::undefined_keys_test {
namespace {

TEST_CASE("a key that is not equal to itself is refused, with the step and the key",
          "[keyed][error]") {
  const auto error_of = [](auto step, double north) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Place>{{1}, {north}})) | step |
        output("out", tests::Discard{});
    return tests::error_of(flow, tests::deterministic(2, 0));
  };
  const auto refused = [](const std::string& error) {
    CHECK_THAT(error, Catch::StartsWith("step 'places' failed on worker") &&
                          Catch::Contains("a key, 'nan N', of type ") &&
                          Catch::Contains("is not equal to itself"));
  };
  refused(error_of(count("places"), nan_a));
  refused(error_of(distinct("places"), nan_a));
  refused(error_of(count_final("places", std::identity()), nan_a));
  CHECK(error_of(count_final("places", std::identity()), 2) == "");
}

}  // namespace
}  // namespace tidemark::undefined_keys_test
