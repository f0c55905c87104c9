// SPDX-License-Identifier: MIT
//
// Tracker: on random graphs, under random changes, always the frontiers of the definition.
//
// More than a hundred thousand steps, and every frontier is compared after each batch of them. For
// more: `./dev soak`.
#include <tests/progress/random_run.hpp>
#include <tests/support.hpp>

namespace tidemark::tracker_property_test {
namespace {

using Pair = Product<Epoch, Epoch>;
using tests::Batches;
using tests::Difference;
using tests::Seen;
using tests::Tape;

constexpr int cases = 500;  // of each property

/// Random cases are worth something if they are rich enough; this notices when they are no longer.
void check_worth(const Seen& seen) {
  INFO(seen.graphs << " graphs, " << seen.loops << " with a loop, " << seen.segments
                   << " with a segment, " << seen.steps << " steps, " << seen.batches
                   << " batches, " << seen.moves << " moves of frontiers, " << seen.hidden_moves
                   << " of them hidden, " << seen.due_moves << " reported as due, " << seen.causes
                   << " causes");
  if (tests::replaying()) return;
  CHECK(seen.graphs >= cases);
  CHECK(seen.loops >= seen.graphs / 3);
  CHECK(seen.segments >= seen.graphs / 2);
  CHECK(seen.steps >= 10'000);
  CHECK(seen.moves >= seen.batches / 2);
  CHECK(seen.hidden_moves >= seen.moves / 20);
  CHECK(seen.due_moves >= seen.graphs / 4);
  CHECK(seen.causes >= seen.graphs / 4);
}

template <Timestamp T>
void check_runs(Batches batches) {
  Seen seen;
  tests::check_property(cases, [&] {
    Tape graph = tests::draw_tape("graph", 400);
    Tape script = tests::draw_tape("script", 500);
    try {
      tests::random_run<T>(graph, script, batches, seen);
    } catch (const Difference& difference) {
      RC_FAIL(difference.what());
    }
  });
  check_worth(seen);
}

TEST_CASE("frontiers of epochs are those of the definition and move forward in legal runs",
          "[tracker][oracle]") {
  check_runs<Epoch>(Batches::legal);
}

TEST_CASE("frontiers of pairs are those of the definition and move forward in legal runs",
          "[tracker][oracle]") {
  check_runs<Pair>(Batches::legal);
}

TEST_CASE("frontiers in loops are those of the definition and move forward in legal runs",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Epoch, 1>>(Batches::legal);
}

TEST_CASE("frontiers in loops in loops are those of the definition and move forward in legal runs",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Epoch, 2>>(Batches::legal);
}

TEST_CASE("frontiers of pairs in loops are those of the definition and move forward in legal runs",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Pair, 1>>(Batches::legal);
}

TEST_CASE("frontiers of epochs are those of the definition under any changes of counts",
          "[tracker][oracle]") {
  check_runs<Epoch>(Batches::any);
}

TEST_CASE("frontiers of pairs are those of the definition under any changes of counts",
          "[tracker][oracle]") {
  check_runs<Pair>(Batches::any);
}

TEST_CASE("frontiers in loops are those of the definition under any changes of counts",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Epoch, 1>>(Batches::any);
}

TEST_CASE("frontiers in loops in loops are those of the definition under any changes of counts",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Epoch, 2>>(Batches::any);
}

TEST_CASE("frontiers of pairs in loops are those of the definition under any changes of counts",
          "[tracker][oracle][loop]") {
  check_runs<Nested<Pair, 1>>(Batches::any);
}

}  // namespace
}  // namespace tidemark::tracker_property_test
