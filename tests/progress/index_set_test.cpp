// SPDX-License-Identifier: MIT
//
// IndexSet: a set of small integers, swept upward while it is being filled.
#include <tidemark/progress/index_set.hpp>

#include <tests/support.hpp>

namespace tidemark::index_set_test {
namespace {

TEST_CASE("an index set hands out its elements in ascending order", "[index_set]") {
  IndexSet dirty(20'000);
  // Both sides of the boundaries of a word (64) and of a block (4,096).
  const std::set<std::size_t> elements = {0,    1,    63,   64,   65,    127,   128,
                                          4095, 4096, 4097, 8191, 12288, 19'999};
  for (std::size_t element : elements) dirty.insert(element);
  std::vector<std::size_t> popped;
  for (std::size_t e = dirty.pop_from(0); e != IndexSet::none; e = dirty.pop_from(e))
    popped.push_back(e);
  CHECK(std::ranges::equal(popped, elements));
  CHECK(dirty.empty());
}

TEST_CASE("what is inserted ahead of a sweep is handed out by the same sweep", "[index_set]") {
  IndexSet dirty(300);
  dirty.insert(10);
  REQUIRE(dirty.pop_from(0) == 10);
  dirty.insert(250);
  dirty.insert(11);
  CHECK(dirty.pop_from(10) == 11);
  CHECK(dirty.pop_from(11) == 250);
  CHECK(dirty.pop_from(250) == IndexSet::none);
}

TEST_CASE("what lies behind a sweep stays in an index set", "[index_set]") {
  IndexSet dirty(300);
  dirty.insert(5);
  CHECK(dirty.pop_from(6) == IndexSet::none);
  CHECK(dirty.contains(5));
  CHECK_FALSE(dirty.empty());
  CHECK(dirty.pop_from(0) == 5);
  CHECK(dirty.empty());
}

TEST_CASE("an index set of nothing is empty", "[index_set]") {
  IndexSet dirty;
  CHECK(dirty.empty());
  CHECK(dirty.pop_from(0) == IndexSet::none);
}

TEST_CASE("an index set agrees with an ordered set", "[index_set]") {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("operations", 200);
    constexpr std::size_t size = 8300;
    IndexSet dirty(size);
    std::set<std::size_t> expected;
    const auto draw = [&] {  // near a boundary more often than not
      static constexpr std::size_t near[] = {0, 60, 4090, 8180, 8290};
      return std::min(near[tape.below(5)] + tape.below(10), size - 1);
    };
    while (!tape.at_end()) {
      const std::size_t index = draw();
      switch (tape.below(4)) {
        case 0:
        case 1:
          dirty.insert(index);
          expected.insert(index);
          break;
        case 2:
          dirty.erase(index);
          expected.erase(index);
          break;
        default: {
          const auto at = expected.lower_bound(index);
          RC_ASSERT(dirty.pop_from(index) == (at == expected.end() ? IndexSet::none : *at));
          if (at != expected.end()) expected.erase(at);
        }
      }
      const auto after = expected.upper_bound(index);
      RC_ASSERT(dirty.last_up_to(index) ==
                (after == expected.begin() ? IndexSet::none : *std::prev(after)));
      const auto from = expected.lower_bound(index);
      RC_ASSERT(dirty.next_from(index) == (from == expected.end() ? IndexSet::none : *from));
      RC_ASSERT(dirty.contains(index) == expected.contains(index));
      RC_ASSERT(dirty.empty() == expected.empty());
    }
  });
}

}  // namespace
}  // namespace tidemark::index_set_test
