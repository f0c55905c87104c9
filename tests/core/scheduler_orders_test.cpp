// SPDX-License-Identifier: MIT
//
// What each scheduler that comes with the engine chooses, of a list of one's own.
#include <tidemark/core/error.hpp>
#include <tidemark/core/scheduler.hpp>

#include <tests/support.hpp>

namespace tidemark::scheduler_orders_test {
namespace {

using Number = std::uint64_t;

/// The operators that are ready, as a list of one's own.
struct Listed final : ReadyOperators {
  struct Entry {
    std::uint32_t depth;
    std::optional<Coordinates> earliest;
  };
  explicit Listed(std::vector<Entry> of) : entries(std::move(of)) {
    for (std::uint32_t i = 0; i != entries.size(); ++i) ready_.push_back({i, entries[i].depth, i});
  }
  std::size_t queued(std::size_t) const override { return 0; }
  std::optional<Coordinates> earliest(std::size_t place) const override {
    return entries[place].earliest;
  }
  std::vector<Entry> entries;
};

Coordinates at(Number epoch, Number round = 0) {
  Coordinates time;
  set_coordinate(time, 0, epoch);
  set_coordinate(time, 1, round);
  return time;
}

std::size_t first_choice(const std::string& scheduler, std::vector<Listed::Entry> ready) {
  return make_scheduler(scheduler, 1)->operators_of({})->next(Listed(std::move(ready)));
}

TEST_CASE("fifo takes what has been ready for longest", "[scheduler]") {
  CHECK(first_choice("fifo", {{3, at(9)}, {5, at(1)}, {1, {}}}) == 0);
}

TEST_CASE("earliest takes the least timestamp, the outermost number first", "[scheduler]") {
  CHECK(first_choice("earliest", {{0, at(2)}, {0, at(1, 7)}, {0, at(1, 6)}, {0, at(1, 6)}}) == 2);
  CHECK(first_choice("earliest", {{0, at(0)}, {0, {}}}) == 1);
}

TEST_CASE("deepest takes what is farthest from the sources", "[scheduler]") {
  CHECK(first_choice("deepest", {{0, {}}, {4, {}}, {2, {}}, {4, {}}}) == 1);
}

TEST_CASE("random takes any, and the same again with the same seed", "[scheduler]") {
  const Listed ready({{0, {}}, {0, {}}, {0, {}}});
  const auto choices = [&](std::uint64_t seed, std::uint32_t worker) {
    const auto order = make_scheduler("random", seed)->operators_of({.worker = worker});
    std::vector<std::size_t> made;
    for (int i = 0; i != 50; ++i) made.push_back(order->next(ready));
    return made;
  };
  CHECK(choices(1, 0) == choices(1, 0));
  CHECK(choices(1, 0) != choices(2, 0));
  CHECK(choices(1, 0) != choices(1, 1));
  CHECK(make_scheduler("random 1", 5)->name() == "random 1");
  CHECK(make_scheduler("random", 5)->name() == "random 5");
  const std::vector<std::size_t> made = choices(1, 0);
  CHECK(std::set(made.begin(), made.end()) == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE("a scheduler that is none is refused with those that there are", "[scheduler]") {
  CHECK_THROWS_WITH(make_scheduler("lifo", 0),
                    "there is no scheduler 'lifo'; there are fifo, earliest, deepest, random");
}

}  // namespace
}  // namespace tidemark::scheduler_orders_test
