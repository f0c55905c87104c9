// SPDX-License-Identifier: MIT
//
// ChangeBatch: opposite changes cancel, and the memory is bounded by what has not.
#include <tidemark/progress/change_batch.hpp>

#include <tests/support.hpp>

namespace tidemark::change_batch_test {
namespace {

using Batch = ChangeBatch<int>;
using Changes = std::vector<Batch::Change>;

TEST_CASE("a lone change of zero leaves an empty batch", "[change_batch]") {
  Batch batch;
  batch.update(7, 0);
  CHECK(batch.changes().empty());
  CHECK(batch.empty());
  CHECK(batch.view().empty());
}

TEST_CASE("a new batch is empty and a change fills it", "[change_batch]") {
  Batch batch;
  CHECK(batch.empty());
  batch.update(7, -1);
  CHECK_FALSE(batch.empty());
}

TEST_CASE("opposite changes cancel", "[change_batch]") {
  Batch batch{{1, +2}, {2, +1}, {1, -2}};
  CHECK(batch.view() == Changes{{2, +1}});
  batch.update(2, -1);
  CHECK(batch.empty());
  CHECK(batch.view().empty());
}

TEST_CASE("a batch knows that it is empty without being compacted first", "[change_batch]") {
  Batch batch{{1, +1}, {2, +1}, {3, +1}};
  batch.compact();
  batch.update(1, -1);
  CHECK_FALSE(batch.empty());
  batch.update(2, -1);
  batch.update(3, -1);
  CHECK(batch.empty());
}

TEST_CASE("a batch shows its net changes sorted by key", "[change_batch]") {
  Batch batch{{3, +1}, {1, -1}, {2, +5}, {1, -1}};
  CHECK(batch.view() == Changes{{1, -2}, {2, +5}, {3, +1}});
  CHECK(batch.changes() == batch.view());
}

TEST_CASE("compacted batches are equal if their net changes are", "[change_batch]") {
  Batch a{{1, +1}, {2, +1}};
  Batch b{{2, +3}, {1, +1}, {2, -2}};
  a.compact();
  b.compact();
  CHECK(a == b);
  b.update(1, +1);
  b.compact();
  CHECK_FALSE(a == b);
}

TEST_CASE("a cleared batch is as good as new", "[change_batch]") {
  Batch batch{{1, +1}};
  batch.compact();
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch == Batch{});
}

TEST_CASE("a batch in which everything cancels stays small however long it is used",
          "[change_batch]") {
  Batch batch;
  std::size_t longest = 0;
  for (int round = 0; round != 100'000; ++round) {
    batch.update(round % 10, +1);
    batch.update(round % 10, -1);
    longest = std::max(longest, batch.changes().size());
  }
  CHECK(longest <= 2 * 10 + 33);
  CHECK(batch.empty());
}

TEST_CASE("a batch holds at most twice its distinct keys and a constant", "[change_batch]") {
  Batch batch;
  std::size_t longest = 0;
  for (int round = 0; round != 100'000; ++round) {
    batch.update(round % 1000, +1);
    longest = std::max(longest, batch.changes().size());
  }
  CHECK(longest <= 2 * 1000 + 33);
  CHECK(batch.view().size() == 1000);
}

TEST_CASE("a batch adds up like a map", "[change_batch]") {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("changes", 300);
    Batch batch;
    std::map<int, std::int64_t> sums;
    while (!tape.at_end()) {
      const auto key = static_cast<int>(tape.below(12));
      const auto diff = static_cast<std::int64_t>(tape.below(5)) - 2;
      batch.update(key, diff);
      sums[key] += diff;
      std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
      if (tape.below(4) == 1) RC_ASSERT(batch.empty() == sums.empty());
      if (tape.below(8) == 1) batch.compact();
    }
    RC_ASSERT(batch.empty() == sums.empty());
    RC_ASSERT(batch.view() == Changes(sums.begin(), sums.end()));
  });
}

}  // namespace
}  // namespace tidemark::change_batch_test
