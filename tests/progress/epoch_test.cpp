// SPDX-License-Identifier: MIT
//
// Epoch: the laws, the end of the range, the empty frontier's value.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/timestamp_laws.hpp>

#include <tests/support.hpp>

namespace tidemark::epoch_test {
namespace {

constexpr std::uint64_t last = Epoch::maximum().value;

TEST_CASE("an epoch keeps the laws of timestamps up to the end of its range", "[epoch][laws]") {
  CHECK(broken_law<Epoch>({0, 1, 2, 3, 1000, last / 2, last / 2 + 1, last - 2, last - 1, last},
                          {{}, {1}, {2}, {1000}, {last / 2}, {last - 1}, {last}, {last + 1}}) ==
        std::nullopt);
}

TEST_CASE("epochs are totally ordered and start at zero", "[epoch]") {
  STATIC_REQUIRE(is_totally_ordered<Epoch>);
  STATIC_REQUIRE(Epoch::minimum() == Epoch{0});
  CHECK(less_equal(Epoch{2}, Epoch{2}));
  CHECK(less_than(Epoch{2}, Epoch{3}));
  CHECK_FALSE(less_than(Epoch{2}, Epoch{2}));
}

TEST_CASE("an epoch that leaves the range is nothing, it does not wrap around", "[epoch]") {
  CHECK(EpochSummary{last}.results_in(0) == Epoch{last});
  CHECK(EpochSummary{1}.results_in(last) == std::nullopt);
  CHECK(EpochSummary{last}.results_in(1) == std::nullopt);
  CHECK(EpochSummary{last + 1}.results_in(0) == std::nullopt);
  CHECK(EpochSummary{last}.followed_by({1}) == EpochSummary{last + 1});
  CHECK(EpochSummary{last + 1}.followed_by({1}) == std::nullopt);
}

TEST_CASE("the value of the empty frontier is never a timestamp", "[epoch]") {
  const Epoch sentinel = last + 1;
  CHECK(sentinel > Epoch::maximum());
  CHECK(EpochSummary{0}.results_in(sentinel) == std::nullopt);
  CHECK(EpochSummary{1}.results_in(last) != sentinel);
}

TEST_CASE("only a summary with a step advances an epoch", "[epoch]") {
  CHECK_FALSE(EpochSummary{}.advances());
  CHECK(EpochSummary{1}.advances());
}

}  // namespace
}  // namespace tidemark::epoch_test
