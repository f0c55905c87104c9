// SPDX-License-Identifier: MIT
//
// Product: the laws, incomparable pairs, and a frontier of several elements.
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/timestamp_laws.hpp>

#include <tests/support.hpp>

namespace tidemark::product_test {
namespace {

using Pair = Product<Epoch, Epoch>;
using Step = Pair::Summary;

constexpr std::uint64_t last = Epoch::maximum().value;

/// Every pair of the given coordinates.
template <typename P, typename A, typename B>
std::vector<P> grid(const std::vector<A>& firsts, const std::vector<B>& seconds) {
  std::vector<P> pairs;
  for (const A& first : firsts)
    for (const B& second : seconds) pairs.push_back({first, second});
  return pairs;
}

TEST_CASE("a pair of epochs keeps the laws of timestamps", "[product][laws]") {
  const std::vector<Epoch> epochs = {0, 1, 2, last - 1, last};
  const std::vector<EpochSummary> steps = {{0}, {1}, {last}, {last + 1}};
  CHECK(broken_law<Pair>(grid<Pair>(epochs, epochs), grid<Step>(steps, steps)) == std::nullopt);
}

TEST_CASE("a pair whose second half is a pair keeps the laws of timestamps", "[product][laws]") {
  using Triple = Product<Epoch, Pair>;
  const std::vector<Epoch> epochs = {0, 1, last};
  const std::vector<EpochSummary> steps = {{0}, {1}};
  CHECK(broken_law<Triple>(grid<Triple>(epochs, grid<Pair>(epochs, epochs)),
                           grid<Triple::Summary>(steps, grid<Step>(steps, steps))) == std::nullopt);
}

TEST_CASE("a pair whose first half is a pair keeps the laws of timestamps", "[product][laws]") {
  using Triple = Product<Pair, Epoch>;
  const std::vector<Epoch> epochs = {0, 1, last};
  const std::vector<EpochSummary> steps = {{0}, {1}};
  CHECK(broken_law<Triple>(grid<Triple>(grid<Pair>(epochs, epochs), epochs),
                           grid<Triple::Summary>(grid<Step>(steps, steps), steps)) == std::nullopt);
}

TEST_CASE("pairs are ordered coordinate by coordinate, so some are incomparable", "[product]") {
  STATIC_REQUIRE_FALSE(is_totally_ordered<Pair>);
  const Pair a{0, 1}, b{1, 0};
  CHECK_FALSE(less_equal(a, b));
  CHECK_FALSE(less_equal(b, a));
  CHECK(a < b);  // the order that containers sort by
  CHECK(Antichain<Pair>{b, a}.size() == 2);
  CHECK(less_equal(a, Pair{1, 1}));
  CHECK(less_equal(b, Pair{1, 1}));
}

TEST_CASE("a pair leaves the range with either of its coordinates", "[product]") {
  CHECK(Step{{1}, {2}}.results_in({3, 4}) == Pair{4, 6});
  CHECK(Step{{1}, {0}}.results_in({last, 0}) == std::nullopt);
  CHECK(Step{{0}, {1}}.results_in({0, last}) == std::nullopt);
  CHECK(Step{{last + 1}, {0}}.followed_by({{1}, {0}}) == std::nullopt);
  CHECK(Step{{0}, {last + 1}}.followed_by({{0}, {1}}) == std::nullopt);
}

TEST_CASE("a summary of pairs advances if either of its halves does", "[product]") {
  CHECK_FALSE(Step{}.advances());
  CHECK(Step{{1}, {0}}.advances());
  CHECK(Step{{0}, {1}}.advances());
}

}  // namespace
}  // namespace tidemark::product_test
