// SPDX-License-Identifier: MIT
//
// Executable invariants: right frontiers pass, and each way of being wrong is found.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/verify.hpp>

#include <tests/progress/graph.hpp>
#include <tests/support.hpp>
#include <tests/support/abort.hpp>

namespace tidemark::verify_test {

/// Forgets that a count has changed, from the second time on.
template <Timestamp T>
class ForgetfulSites : public AllSites<T> {
 public:
  using AllSites<T>::AllSites;
  void recounted(std::uint32_t position, IndexSet& dirty) {
    if (changes_++ == 0) AllSites<T>::recounted(position, dirty);
  }

 private:
  int changes_ = 0;
};

namespace {

using tests::chain;
using tests::change;

TEST_CASE("frontiers that follow from the counts are verified", "[verify]") {
  auto tracker = chain<Epoch>(3).track<NeededSites>();
  detail::verify(tracker);
  change<Epoch>(tracker, "input.out0", 2, +1);
  change<Epoch>(tracker, "step1.out0", 1, +1);
  detail::verify(tracker);
  change<Epoch>(tracker, "input.out0", 2, -1);
  detail::verify(tracker);
}

TEST_CASE("a frontier that stays where its pointstamps are no more is found", "[verify]") {
  auto tracker = chain<Epoch>(3).track<ForgetfulSites>();
  change<Epoch>(tracker, "input.out0", 2, +1);
  detail::verify(tracker);
  change<Epoch>(tracker, "input.out0", 2, -1);
  const auto message = tests::abort_message([&] { detail::verify(tracker); });
  REQUIRE(message);
  CHECK_THAT(*message, Catch::Contains("a frontier is the least of what the counts could result"));
}

TEST_CASE("large checks are spread over the steps that pay for them", "[verify]") {
  detail::SpreadChecks small, large;
  int checks = 0;
  for (int step = 0; step != 100; ++step) {
    CHECK(small.due());
    small.has_cost(100);
    if (!large.due()) continue;
    ++checks;
    large.has_cost(2560);
  }
  CHECK(checks == 10);
}

}  // namespace
}  // namespace tidemark::verify_test
