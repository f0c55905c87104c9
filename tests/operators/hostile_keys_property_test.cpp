// SPDX-License-Identifier: MIT
//
// Keyed steps on keys that are hard to tell apart, or to keep together, beside a batch program that
// keeps them in a std::map.
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>
#include <tests/tape.hpp>

#include <cmath>
#include <limits>

namespace tidemark::hostile_keys_property_test {

/// A key whose hash is always the same.
struct Colliding {
  std::uint8_t name = 0;
  friend bool operator==(const Colliding&, const Colliding&) = default;
};

}  // namespace tidemark::hostile_keys_property_test

template <>
struct std::hash<tidemark::hostile_keys_property_test::Colliding> {
  std::size_t operator()(const tidemark::hostile_keys_property_test::Colliding&) const { return 7; }
};

namespace tidemark::hostile_keys_property_test {
namespace {

using tests::Log;
using tests::Tape;

/// The keys of each type that are drawn from, and what the batch program calls them.
const std::vector<double> floats{std::nan("1"),
                                 -std::nan("2"),
                                 std::nan("3"),
                                 0.0,
                                 -0.0,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::denorm_min(),
                                 -std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::min(),
                                 std::nextafter(1.0, 2.0),
                                 1.0};
std::string name_of(double key) {
  std::ostringstream text;
  text << std::hexfloat << (key == 0 ? 0.0 : key);
  return std::isnan(key) ? "nan" : text.str();
}

const std::vector<std::string> texts{std::string(20'000, 'x'),
                                     std::string(20'000, 'x') + '\0',
                                     "",
                                     std::string(1, '\0'),
                                     std::string(2, '\0'),
                                     "12345678",
                                     "123456789"};
std::string name_of(const std::string& key) {
  return key.size() < 20 ? "'" + key + "'" : std::to_string(key.size());
}

const std::vector<std::int8_t> small{-128, -127, -1, 0, 1, 127};
std::string name_of(std::int8_t key) {
  return std::to_string(key);
}

const std::vector<Colliding> colliding{{0}, {1}, {2}, {128}, {255}};
std::string name_of(Colliding key) {
  return std::to_string(key.name);
}

using Mixed = std::pair<std::optional<double>, std::int8_t>;
const std::vector<Mixed> mixed{{std::nan("1"), -1}, {-std::nan("2"), -1}, {0.0, -1}, {-0.0, -1},
                               {std::nullopt, -1},  {std::nan("1"), 1},   {0.0, 1}};
std::string name_of(const Mixed& key) {
  return (key.first ? name_of(*key.first) : "none") + "/" + name_of(key.second);
}

/// What the steps send: (step, name of the key, number), sorted.
using Sent = std::vector<std::tuple<std::string, std::string, std::int64_t>>;

template <typename Key>
using Item = std::pair<Key, std::int64_t>;
template <typename Key>
using Epochs = std::vector<std::vector<Item<Key>>>;

constexpr std::int64_t enough = 20;

template <typename Key>
Sent sent_by_steps(const Epochs<Key>& epochs, const Config& config) {
  Log<std::tuple<std::string, std::string, std::int64_t>> log;
  Dataflow flow;
  const auto sink = [&log](FlowStream<Item<Key>> results, const std::string& step) {
    results | inspect([&log, step](const Item<Key>& result) {
      log.add({step, name_of(result.first), result.second});
    }) | output("out of " + step, tests::Discard{});
  };
  const auto items =
      input(flow, "in", tests::PartsInput<Item<Key>>({epochs}), tests::epoch_per_poll());
  const auto key = [](const Item<Key>& item) { return item.first; };
  const auto number_of = map([](const std::pair<Key, std::uint64_t>& count) {
    return Item<Key>(count.first, static_cast<std::int64_t>(count.second));
  });
  sink(items | count_final("final", key) | number_of, "count_final");
  sink(items | max_final("max"), "max_final");
  sink(items | reduce("reduce", std::plus<std::int64_t>(),
                      [](std::int64_t sum) { return sum >= enough; }),
       "reduce");
  sink(items | stateful_map(
                   "map", [] { return std::int64_t{0}; },
                   [](std::int64_t sum, std::int64_t n) { return std::pair(sum + n, sum + n); }),
       "stateful_map");
  sink(items | map(key) | count("each") | number_of, "count");
  sink(items | map(key) | distinct("seen") | map([](const Key& k) { return Item<Key>(k, 1); }),
       "distinct");
  const auto rows = join("rows", {JoinInsert::product, JoinEmit::final}, items, items);
  sink(rows | map([](const auto& row) {
         return Item<Key>(row.first, *std::get<0>(row.second) * 1000 + *std::get<1>(row.second));
       }),
       "join");
  cluster_main(flow, config);
  return log.sorted();
}

template <typename Key>
Sent sent_by_batch_program(const Epochs<Key>& epochs) {
  Sent sent;
  std::map<std::string, std::vector<std::int64_t>> all;
  std::map<std::string, std::int64_t> sums, reduced;
  for (const auto& epoch : epochs) {
    std::map<std::string, std::int64_t> in_epoch;
    for (const auto& [key, n] : epoch) {
      const std::string name = name_of(key);
      all[name].push_back(n);
      ++in_epoch[name];
      sent.push_back({"stateful_map", name, sums[name] += n});
      if ((reduced[name] += n) < enough) continue;
      sent.push_back({"reduce", name, reduced[name]});
      reduced.erase(name);
    }
    for (const auto& [name, count] : in_epoch) {
      sent.push_back({"count", name, count});
      sent.push_back({"distinct", name, 1});
    }
  }
  for (const auto& [name, numbers] : all) {
    sent.push_back({"count_final", name, static_cast<std::int64_t>(numbers.size())});
    sent.push_back({"max_final", name, std::ranges::max(numbers)});
    for (const std::int64_t a : numbers)
      for (const std::int64_t b : numbers) sent.push_back({"join", name, a * 1000 + b});
  }
  std::ranges::sort(sent);
  return sent;
}

template <typename Key>
void check(const std::vector<Key>& keys, int cases) {
  tests::check_property(cases, [&keys] {
    Tape tape = tests::draw_tape("case", 100);
    const Config config = tests::deterministic(1 + tape.below(4), tape.below(256));
    Epochs<Key> epochs(1);
    while (!tape.at_end()) {
      if (tape.below(4) == 1) epochs.emplace_back();
      epochs.back().push_back({keys[tape.below(keys.size())], tape.below(10)});
    }
    RC_ASSERT(sent_by_steps(epochs, config) == sent_by_batch_program(epochs));
  });
}

TEST_CASE("keyed steps on floating-point keys, NaN and zeros among them, do as a batch program",
          "[keyed][oracle]") {
  check(floats, 60);
}

TEST_CASE("keyed steps on keys with a number that may be missing do as a batch program",
          "[keyed][oracle]") {
  check(mixed, 60);
}

TEST_CASE("keyed steps on huge, empty and binary text as keys do as a batch program",
          "[keyed][oracle]") {
  check(texts, 30);
}

TEST_CASE("keyed steps on keys of 8 bits and on keys that collide do as a batch program",
          "[keyed][oracle]") {
  check(small, 60);
  check(colliding, 60);
}

}  // namespace
}  // namespace tidemark::hostile_keys_property_test
