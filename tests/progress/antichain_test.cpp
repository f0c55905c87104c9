// SPDX-License-Identifier: MIT
//
// Antichain: what it keeps, what it answers, how frontiers compare.
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/support.hpp>

namespace tidemark::antichain_test {
namespace {

using Pair = Product<Epoch, Epoch>;

TEST_CASE("an antichain keeps only its minimal elements", "[antichain]") {
  Antichain<Epoch> frontier;
  REQUIRE(frontier.insert(3));

  SECTION("a later element is refused") {
    CHECK_FALSE(frontier.insert(5));
    CHECK(frontier == Antichain<Epoch>{3});
  }
  SECTION("an equal element is refused") {
    CHECK_FALSE(frontier.insert(3));
    CHECK(frontier.size() == 1);
  }
  SECTION("an earlier element replaces it") {
    CHECK(frontier.insert(2));
    CHECK(frontier == Antichain<Epoch>{2});
  }
}

TEST_CASE("an element takes the place of all that it precedes, and of no other", "[antichain]") {
  Antichain<Pair> frontier{{0, 9}, {2, 5}, {3, 4}, {9, 0}};
  REQUIRE(frontier.size() == 4);
  CHECK(frontier.insert({2, 3}));
  CHECK(frontier == Antichain<Pair>{{0, 9}, {2, 3}, {9, 0}});
}

TEST_CASE("the order of insertion does not show in an antichain", "[antichain]") {
  std::vector<Pair> elements = {{0, 3}, {1, 2}, {2, 1}, {3, 0}, {2, 2}, {3, 3}};
  const Antichain<Pair> expected{{0, 3}, {1, 2}, {2, 1}, {3, 0}};
  do {
    Antichain<Pair> frontier;
    for (const Pair& element : elements) frontier.insert(element);
    CHECK(frontier == expected);
  } while (std::ranges::next_permutation(elements).found);
}

TEST_CASE("a frontier tells what can still appear", "[antichain]") {
  const Antichain<Pair> frontier{{0, 2}, {1, 0}};
  CHECK(frontier.less_equal_to({1, 0}));
  CHECK(frontier.less_equal_to({0, 5}));
  CHECK_FALSE(frontier.less_equal_to({0, 1}));
  CHECK_FALSE(frontier.less_than_to({1, 0}));
  CHECK_FALSE(frontier.less_than_to({0, 2}));
  CHECK(frontier.less_than_to({1, 1}));
}

TEST_CASE("after the empty frontier nothing can appear", "[antichain]") {
  const Antichain<Epoch> closed;
  CHECK(closed.empty());
  CHECK_FALSE(closed.less_equal_to(Epoch::maximum()));
  CHECK_FALSE(closed.less_than_to(Epoch::maximum()));
}

TEST_CASE("a frontier may move to what it dominates and nowhere else", "[antichain]") {
  const Antichain<Pair> here{{0, 2}, {1, 0}};
  CHECK(here.dominates(here));
  CHECK(here.dominates({}));
  CHECK(here.dominates({{1, 1}}));
  CHECK(here.dominates({{0, 3}, {2, 0}}));
  CHECK_FALSE(here.dominates({{0, 1}}));
  CHECK_FALSE(here.dominates({{0, 1}, {2, 0}}));
  CHECK_FALSE(Antichain<Pair>{}.dominates(here));
}

TEST_CASE("an antichain prints its elements in braces", "[antichain]") {
  std::ostringstream text;
  text << Antichain<Pair>{{1, 0}, {0, 2}} << Antichain<Epoch>{};
  CHECK(text.str() == "{(0,2), (1,0)}{}");
}

TEST_CASE("an antichain is the set of minimal elements of what was inserted", "[antichain]") {
  tests::check_property(200, [] {
    tests::Tape tape = tests::draw_tape("pairs", 40);
    std::vector<Pair> inserted;
    Antichain<Pair> frontier;
    while (!tape.at_end()) {
      inserted.push_back({tape.below(6), tape.below(6)});
      frontier.insert(inserted.back());
    }
    std::set<Pair> minimal;
    for (const Pair& p : inserted)
      if (std::ranges::none_of(inserted, [&](const Pair& q) { return less_than(q, p); }))
        minimal.insert(p);
    RC_ASSERT(std::ranges::equal(frontier, minimal));
  });
}

}  // namespace
}  // namespace tidemark::antichain_test
