// SPDX-License-Identifier: MIT
//
// MutableAntichain: the frontier of a multiset that changes, against one computed from scratch.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/support.hpp>

namespace tidemark::mutable_antichain_test {
namespace {

using Pair = Product<Epoch, Epoch>;

TEST_CASE("the frontier of counts is the least timestamp that is counted", "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  CHECK(counts.update(5, +1));
  CHECK_FALSE(counts.update(7, +1));
  CHECK(counts.frontier() == Antichain<Epoch>{5});
  CHECK(counts.update(3, +1));
  CHECK(counts.frontier() == Antichain<Epoch>{3});
  CHECK(counts.update(3, -1));
  CHECK_FALSE(counts.update(7, -1));
  CHECK(counts.update(5, -1));
  CHECK(counts.frontier().empty());
  CHECK(counts.empty());
}

TEST_CASE("a timestamp holds the frontier until its last count is gone", "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  counts.update(2, +3);
  CHECK_FALSE(counts.update(2, -1));
  CHECK_FALSE(counts.update(2, -1));
  CHECK(counts.frontier() == Antichain<Epoch>{2});
  CHECK(counts.update(2, -1));
  CHECK(counts.frontier().empty());
}

TEST_CASE("a change of zero changes nothing", "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  CHECK_FALSE(counts.update(2, 0));
  CHECK(counts.empty());
}

TEST_CASE("a negative count holds nothing back and is made up for later", "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  CHECK_FALSE(counts.update(1, -1));
  CHECK(counts.count(1) == -1);
  CHECK_FALSE(counts.empty());
  CHECK(counts.update(4, +1));
  CHECK(counts.frontier() == Antichain<Epoch>{4});
  CHECK_FALSE(counts.update(1, +1));
  CHECK(counts.count(1) == 0);
  CHECK(counts.frontier() == Antichain<Epoch>{4});
}

TEST_CASE("a count that crosses zero at once enters or leaves the frontier",
          "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  counts.update(1, -2);
  CHECK(counts.update(1, +3));
  CHECK(counts.frontier() == Antichain<Epoch>{1});
  CHECK(counts.update(1, -4));
  CHECK(counts.frontier().empty());
  CHECK(counts.count(1) == -3);
}

TEST_CASE("what stood behind a vanished pair comes to the front", "[mutable_antichain]") {
  MutableAntichain<Pair> counts;
  for (const Pair& p : {Pair{1, 1}, Pair{1, 2}, Pair{2, 1}, Pair{0, 5}, Pair{3, 3}})
    counts.update(p, +1);
  CHECK(counts.frontier() == Antichain<Pair>{{0, 5}, {1, 1}});
  CHECK(counts.update({1, 1}, -1));
  CHECK(counts.frontier() == Antichain<Pair>{{0, 5}, {1, 2}, {2, 1}});
}

TEST_CASE("counts that are used as a queue stay sorted at both ends", "[mutable_antichain]") {
  MutableAntichain<Epoch> counts;
  for (std::uint64_t t = 0; t != 1000; ++t) {  // a window of 10 open epochs that moves on
    counts.update(t, +1);
    if (t < 10) continue;
    REQUIRE(counts.update(t - 10, -1));
    REQUIRE(counts.frontier() == Antichain<Epoch>{t - 9});
    REQUIRE(counts.entries().size() == 10);
    REQUIRE(std::ranges::is_sorted(counts.entries()));
  }
  // The retired places in front are taken again, downwards and past the first of them.
  for (std::uint64_t t = 990; t-- > 970;) {
    REQUIRE(counts.update(t, +1));
    REQUIRE(counts.frontier() == Antichain<Epoch>{t});
  }
  CHECK(counts.entries().size() == 30);
  CHECK(std::ranges::is_sorted(counts.entries()));
}

TEST_CASE("counts are equal if they count the same, however they came by it",
          "[mutable_antichain]") {
  MutableAntichain<Epoch> a, b;
  for (const Epoch t : {1u, 2u, 3u}) a.update(t, +1);
  a.update(1, -1);
  for (const Epoch t : {3u, 2u}) b.update(t, +1);
  CHECK(a == b);
  b.update(3, +1);
  CHECK_FALSE(a == b);
}

/// Updates counts at random and compares everything they answer with a map of counts.
template <typename T, typename DrawTime>
void agrees_with_a_map(DrawTime draw_time) {
  tests::Tape tape = tests::draw_tape("updates", 300);
  MutableAntichain<T> counts;
  std::map<T, std::int64_t> expected;
  while (!tape.at_end()) {
    const T time = draw_time(tape);
    const auto diff = static_cast<std::int64_t>(tape.below(5)) - 2;
    const Antichain<T> before = counts.frontier();
    const bool moved = counts.update(time, diff);
    expected[time] += diff;
    std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });

    Antichain<T> frontier;
    for (const auto& [t, count] : expected)
      if (count > 0) frontier.insert(t);
    RC_ASSERT(counts.frontier() == frontier);
    RC_ASSERT(moved == !(before == frontier));
    RC_ASSERT(std::ranges::equal(counts.entries(), expected, [](const auto& a, const auto& b) {
      return a.first == b.first && a.second == b.second;
    }));
    RC_ASSERT(counts.empty() == expected.empty());
    RC_ASSERT(counts.count(time) == (expected.contains(time) ? expected.at(time) : 0));
  }
}

TEST_CASE("counts of epochs agree with a map and a frontier from scratch", "[mutable_antichain]") {
  tests::check_property(300, [] {
    agrees_with_a_map<Epoch>([](tests::Tape& tape) { return Epoch{tape.below(8)}; });
  });
}

TEST_CASE("counts of pairs agree with a map and a frontier from scratch", "[mutable_antichain]") {
  tests::check_property(300, [] {
    agrees_with_a_map<Pair>([](tests::Tape& tape) { return Pair{tape.below(4), tape.below(4)}; });
  });
}

}  // namespace
}  // namespace tidemark::mutable_antichain_test
