// SPDX-License-Identifier: MIT
//
// Nested: the laws at several depths, the normal form of summaries, and what an operator sees.
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/timestamp_laws.hpp>

#include <tests/progress/hour.hpp>
#include <tests/support.hpp>

namespace tidemark::nested_test {
namespace {

using Pair = Product<Epoch, Epoch>;

constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();

/// All combinations of `numbers` for `Depth` counters.
template <std::uint32_t Depth>
std::vector<std::array<std::uint64_t, Depth>> counters(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::array<std::uint64_t, Depth>> all{{}};
  for (std::uint32_t k = 0; k != Depth; ++k) {
    std::vector<std::array<std::uint64_t, Depth>> longer;
    for (auto counter : all)
      for (const std::uint64_t number : numbers) {
        counter[k] = number;
        longer.push_back(counter);
      }
    all = std::move(longer);
  }
  return all;
}

/// Runs the law checks on every combination of these coordinates, with resets from every counter.
template <typename T, std::uint32_t Depth, std::uint32_t Max>
std::optional<std::string> broken_law(const std::vector<T>& outer,
                                      const std::vector<typename T::Summary>& steps,
                                      const std::vector<std::uint64_t>& numbers,
                                      const std::vector<std::uint64_t>& more) {
  using Time = Nested<T, Depth, Max>;
  std::vector<Time> times;
  for (const T& time : outer)
    for (const auto& loops : counters<Depth>(numbers)) times.push_back({time, loops});
  std::vector<typename Time::Summary> summaries;
  for (const auto& step : steps)
    for (const auto& added : counters<Depth>(more))
      for (std::uint32_t r = 1; r != Depth + 2; ++r) summaries.push_back({step, added, r});
  return tidemark::broken_law<Time>(times, summaries);
}

TEST_CASE("nested timestamps keep the laws at every depth, up to the end of their range",
          "[nested][laws]") {
  const std::vector<Epoch> epochs = {0, 1, Epoch::maximum()};
  const std::vector<std::uint64_t> few = {0, 1, last};
  CHECK(broken_law<Epoch, 0, 0>(epochs, {{0}, {1}}, few, few) == std::nullopt);
  CHECK(broken_law<Epoch, 0, 3>(epochs, {{0}, {1}}, few, few) == std::nullopt);
  CHECK(broken_law<Epoch, 1, 1>(epochs, {{0}, {1}}, few, {0, 1, 2, last}) == std::nullopt);
  CHECK(broken_law<Epoch, 1, 2>(epochs, {{0}, {1}}, few, few) == std::nullopt);
  CHECK(broken_law<Epoch, 2, 2>({0, 1}, {{0}, {1}}, few, {0, 1}) == std::nullopt);
  CHECK(broken_law<Epoch, 2, 4>({0}, {{0}}, few, few) == std::nullopt);
  CHECK(broken_law<Epoch, 3, 3>({0}, {{0}}, {0, last}, {0, 1}) == std::nullopt);
}

TEST_CASE("pairs, nested timestamps and those from outside keep the laws in loops",
          "[nested][laws]") {
  CHECK(broken_law<Pair, 1, 1>({{0, 0}, {0, 1}, {1, 0}, {1, Epoch::maximum()}},
                               {{{0}, {0}}, {{0}, {1}}, {{1}, {0}}}, {0, 1, last},
                               {0, 1}) == std::nullopt);
  CHECK(broken_law<example::Hour, 1, 1>({{0}, {8}, {9}, {example::Hour::last}},
                                        {{}, {1, 0}, {0, 9}, {2, 8}}, {0, 1, last},
                                        {0, 1}) == std::nullopt);
}

TEST_CASE("nested timestamps are ordered coordinate by coordinate", "[nested]") {
  using Time = Nested<Epoch, 2>;
  STATIC_REQUIRE_FALSE(is_totally_ordered<Time>);
  STATIC_REQUIRE(is_totally_ordered<Nested<Epoch, 0, 2>>);
  STATIC_REQUIRE_FALSE(is_totally_ordered<Nested<Pair, 0, 2>>);
  CHECK(less_equal(Time{1, 2, 3}, Time{1, 2, 4}));
  CHECK_FALSE(less_equal(Time{1, 2, 3}, Time{2, 0, 0}));
  CHECK(Time{1, 2, 3} < Time{2, 0, 0});  // the order that containers sort by
  CHECK(Antichain<Time>{{2, 0, 0}, {1, 2, 3}, {1, 3, 3}}.size() == 2);
}

TEST_CASE("a summary adds before where it resets and sets from there on", "[nested]") {
  using Time = Nested<Epoch, 3>;
  using Summary = Time::Summary;
  CHECK(Summary{{1}, {2, 3, 4}}.results_in(Time{10, 20, 30, 40}) == Time{11, 22, 33, 44});
  CHECK(Summary{{1}, {2, 3, 4}, 2}.results_in(Time{10, 20, 30, 40}) == Time{11, 22, 3, 4});
  CHECK(Summary{{1}, {2, 3, 4}, 1}.results_in(Time{10, 20, 30, 40}) == Time{11, 2, 3, 4});
  CHECK(Summary::feedback(2, 5).results_in(Time{1, 1, 1, 1}) == Time{1, 1, 6, 1});
  CHECK(Summary::leave(2).results_in(Time{1, 1, 1, 1}) == Time{1, 1, 0, 0});
}

TEST_CASE("a nested timestamp is beyond all time if its outer part is", "[nested]") {
  using Time = Nested<Epoch, 1>;
  constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();
  CHECK(is_beyond_all_time(Time{greatest, 0}));
  CHECK_FALSE(is_beyond_all_time(Time{1, greatest}));
}

TEST_CASE("the summary of a path is what its steps do in turn", "[nested]") {
  using Summary = Nested<Epoch, 2>::Summary;
  const Summary inner = Summary::feedback(2, 1), outer = Summary::feedback(1, 1);
  const Summary leave = Summary::leave(2);
  CHECK(inner.followed_by(leave) == leave);
  CHECK(leave.followed_by(inner) == Summary{{}, {0, 1}, 2});
  CHECK(leave.followed_by(outer) == Summary{{}, {1, 0}, 2});
  CHECK(outer.followed_by(inner) == Summary{{}, {1, 1}});
  CHECK(leave.followed_by(Summary::leave(1)) == Summary::leave(1));
  CHECK(Summary::leave(1).followed_by(leave) == Summary::leave(1));
}

TEST_CASE("the identity is not the least summary, since leaving lies below", "[nested]") {
  using Summary = Nested<Epoch, 1>::Summary;
  CHECK(less_equal(Summary::leave(1), Summary{}));
  CHECK_FALSE(less_equal(Summary{}, Summary::leave(1)));
  CHECK(Antichain<Summary>{Summary{}, Summary::leave(1)} == Antichain<Summary>{Summary::leave(1)});
  const Summary set_to_one{{}, {1}, 1};  // neither is always as early as the other
  CHECK(Antichain<Summary>{Summary{}, set_to_one}.size() == 2);
}

TEST_CASE("a counter that leaves the range is nothing, also if it is to be reset later",
          "[nested]") {
  using Time = Nested<Epoch, 1>;
  using Summary = Time::Summary;
  CHECK(Summary::feedback(1, 1).results_in(Time{0, last}) == std::nullopt);
  CHECK(Summary::feedback(1, last).followed_by(Summary::feedback(1, 1)) == std::nullopt);
  CHECK(Summary{{}, {last}, 1}.followed_by(Summary::feedback(1, 1)) == std::nullopt);
  // But not in a summary, which knows no timestamp.
  CHECK(Summary::feedback(1, 1).followed_by(Summary::leave(1)) == Summary::leave(1));
}

TEST_CASE("a summary tells what it does to each coordinate", "[nested]") {
  using Summary = Nested<Epoch, 3>::Summary;
  const Summary summary{{1}, {0, 2, 2}, 3};
  CHECK(effect_on(summary, 0) == Effect::advances);
  CHECK(effect_on(summary, 1) == Effect::keeps);
  CHECK(effect_on(summary, 2) == Effect::advances);
  CHECK(effect_on(summary, 3) == Effect::resets);
  CHECK(summary.advances());
  CHECK_FALSE(Summary{}.advances());
  CHECK_FALSE(Summary{{}, {0, 0, 9}, 3}.advances());
}

TEST_CASE("a summary stays canonical if it leaves no deeper counter other than 0", "[nested]") {
  using Summary = Nested<Epoch, 2>::Summary;
  CHECK(Summary{}.stays_canonical(0, 0));
  CHECK(Summary{}.stays_canonical(0, 2));
  CHECK(Summary::feedback(1, 1).stays_canonical(1, 1));
  CHECK(Summary::leave(2).stays_canonical(2, 1));
  CHECK(Summary::leave(1).stays_canonical(2, 1));
  CHECK(Summary{{}, {0, 7}, 2}.stays_canonical(2, 2));
  CHECK_FALSE(Summary::feedback(2, 1).stays_canonical(1, 1));
  CHECK_FALSE(Summary{}.stays_canonical(2, 1));  // keeps a counter that must be 0
  CHECK_FALSE(Summary::leave(2).stays_canonical(2, 0));
  CHECK_FALSE(Summary{{}, {0, 7}, 2}.stays_canonical(2, 1));
}

TEST_CASE("outside all loops a nested timestamp is its outer one", "[nested]") {
  using Root = Nested<Epoch, 0, 2>;
  const Root root = Epoch{5};
  const Epoch& epoch = root;
  CHECK(epoch == 5);
  CHECK(root == Epoch{5});
  CHECK(Epoch{5} == root);
  CHECK(root < Epoch{6});
  CHECK(Epoch{4} < root);
  CHECK(Root{7}.time == Epoch{7});
  CHECK(std::hash<Root>{}(root) == std::hash<Epoch>{}(5));
}

template <typename Time>
std::string printed(const Time& time, std::uint32_t depth) {
  std::ostringstream text;
  print_at_depth(text, time, depth);
  return text.str();
}

TEST_CASE("a timestamp prints the counters of the loops that it stands in", "[nested]") {
  std::ostringstream text;
  text << Nested<Epoch, 2>{3, 1, 0} << Nested<Epoch, 0, 2>{3} << Nested<Pair, 1>{Pair{1, 2}, 3};
  CHECK(text.str() == "(3,1,0)3((1,2),3)");
  CHECK(printed(Nested<Epoch, 2>{3, 1, 0}, 1) == "(3,1)");
  CHECK(printed(Nested<Epoch, 2>{3, 0, 0}, 0) == "3");
  CHECK(printed(Epoch{3}, 0) == "3");
}

TEST_CASE("a summary prints what it adds with a plus and what it sets with an equals sign",
          "[nested]") {
  std::ostringstream text;
  text << NestedSummary<Epoch, 2>{{1}, {2, 3}, 2} << NestedSummary<Epoch, 2>::leave(1);
  CHECK(text.str() == "(+1,+2,=3)(+0,=0,=0)");
}

TEST_CASE("the depth of a timestamp is the least at which no counter is lost", "[nested]") {
  CHECK(depth_of(Nested<Epoch, 2>{9, 0, 0}) == 0);
  CHECK(depth_of(Nested<Epoch, 2>{9, 1, 0}) == 1);
  CHECK(depth_of(Nested<Epoch, 2>{9, 0, 1}) == 2);
  CHECK(depth_of(Epoch{9}) == 0);
}

TEST_CASE("what operators see is padded with zeros for the ledger and cut off again", "[nested]") {
  using Time = Nested<Epoch, 1, 3>;
  using Here = Level<Time>;
  STATIC_REQUIRE(std::is_same_v<Here::Ledger, Nested<Epoch, 3>>);
  STATIC_REQUIRE(std::is_same_v<Here::Root, Nested<Epoch, 0, 3>>);
  STATIC_REQUIRE(Here::depth == 1);
  STATIC_REQUIRE(Here::max_depth == 3);
  CHECK(Here::to_ledger(Time{4, 2}) == Nested<Epoch, 3>{4, 2, 0, 0});
  CHECK(Here::from_ledger({4, 2, 0, 0}) == Time{4, 2});
  CHECK(Level<Nested<Epoch, 3>>::to_ledger(Nested<Epoch, 3>{4, 2, 1, 7}) ==
        Nested<Epoch, 3>{4, 2, 1, 7});
  CHECK(Level<Epoch>::to_ledger(Epoch{4}) == Epoch{4});
  CHECK(Level<Epoch>::from_ledger(Epoch{4}) == Epoch{4});
}

TEST_CASE("a summary does the same to the padded timestamp", "[nested]") {
  using Time = Nested<Epoch, 2, 3>;
  using Here = Level<Time>;
  for (std::uint32_t r = 1; r != 4; ++r) {
    const Time::Summary summary{{1}, {2, 3}, r};
    const auto padded = Here::to_ledger(summary);
    CHECK(padded.stays_canonical(2, 2));
    CHECK(padded.results_in(Here::to_ledger(Time{4, 5, 6})) ==
          Here::to_ledger(summary.results_in(Time{4, 5, 6}).value()));
  }
  CHECK(Here::to_ledger(Time::Summary{}) == NestedSummary<Epoch, 3>{});
  CHECK(Level<Epoch>::to_ledger(EpochSummary{3}) == EpochSummary{3});
}

TEST_CASE("one loop further in or out is one counter more or less, between 0 and the most",
          "[nested]") {
  using One = Level<Nested<Epoch, 1, 2>>;
  STATIC_REQUIRE(std::is_same_v<One::Inner, Nested<Epoch, 2>>);
  STATIC_REQUIRE(std::is_same_v<One::Outer, Nested<Epoch, 0, 2>>);
  STATIC_REQUIRE(std::is_same_v<Level<One::Inner>::Inner, Nested<Epoch, 2>>);
  STATIC_REQUIRE(std::is_same_v<Level<One::Outer>::Outer, Nested<Epoch, 0, 2>>);
}

}  // namespace
}  // namespace tidemark::nested_test
