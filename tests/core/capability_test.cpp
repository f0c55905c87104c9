// SPDX-License-Identifier: MIT
//
// Capabilities: where they may move, to whom they belong, and what becomes of them after a failure.
#include <tidemark/core/capability.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/due_of_nobody.hpp>
#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <type_traits>

namespace tidemark::capability_test {
namespace {

using Pair = Product<Epoch, Epoch>;

static_assert(!std::is_copy_constructible_v<Capability<Epoch>>);
static_assert(!std::is_copy_assignable_v<Capability<Epoch>>);
static_assert(!std::is_default_constructible_v<Capability<Epoch>>);
static_assert(std::is_nothrow_move_constructible_v<Capability<Epoch>>);
static_assert(std::is_nothrow_move_assignable_v<Capability<Epoch>>);

/// A book without a dataflow.
template <Timestamp T>
struct Shelf {
  ProgressBatch<T> pending;
  tests::DueOfNobody due;
  std::shared_ptr<CapabilityBook<T>> book =
      std::make_shared<CapabilityBook<T>>(CapabilityBook<T>{.worker = 3,
                                                            .state = CapabilityBook<T>::State::live,
                                                            .location = {7},
                                                            .pending = &pending,
                                                            .due = due.mark,
                                                            .step = "sorter"});
  Capability<T> first = Capability<T>::adopt(book, T::minimum());
};

template <Timestamp T>
using Changes = std::vector<std::pair<Pointstamp<T>, std::int64_t>>;

TEST_CASE("a capability enters every change of its count in the worker's pending batch",
          "[capability]") {
  Shelf<Epoch> shelf;
  CHECK(shelf.pending.view().empty());  // the first one was counted before
  CHECK(shelf.book->held.size() == 1);

  SECTION("a delayed one is a second one") {
    const Capability<Epoch> second = shelf.first.delayed(4);
    CHECK(second.time() == Epoch{4});
    CHECK(shelf.first.time() == Epoch{0});
    CHECK(shelf.pending.view() == Changes<Epoch>{{{{7}, 4}, 1}});
    CHECK(shelf.book->held.size() == 2);
  }
  SECTION("a downgraded one leaves the earlier timestamp") {
    shelf.first.downgrade(4);
    CHECK(shelf.first.time() == Epoch{4});
    CHECK(shelf.pending.view() == Changes<Epoch>{{{{7}, 0}, -1}, {{{7}, 4}, 1}});
    CHECK(shelf.book->held.size() == 1);
  }
  SECTION("a downgrade to where it is changes nothing") {
    shelf.first.downgrade(0);
    CHECK(shelf.pending.view().empty());
    CHECK(shelf.book->held.size() == 1);
  }
  SECTION("a moved one is counted once") {
    {
      Capability<Epoch> moved = std::move(shelf.first);
      CHECK(shelf.pending.view().empty());
      CHECK(shelf.book->held.size() == 1);
    }
    CHECK(shelf.pending.view() == Changes<Epoch>{{{{7}, 0}, -1}});
    CHECK(shelf.book->held.size() == 0);
  }
  SECTION("one that is assigned to is dropped first") {
    Capability<Epoch> second = shelf.first.delayed(4);
    shelf.first = std::move(second);
    CHECK(shelf.first.time() == Epoch{4});
    CHECK(shelf.pending.view() == Changes<Epoch>{{{{7}, 0}, -1}, {{{7}, 4}, 1}});
    CHECK(shelf.book->held.size() == 1);
    Capability<Epoch>& itself = shelf.first;
    shelf.first = std::move(itself);
    CHECK(shelf.book->held.size() == 1);
  }
}

TEST_CASE("a capability that would move backwards names step, worker and what is legal",
          "[capability][errors]") {
  Shelf<Epoch> shelf;
  shelf.first.downgrade(5);
  CHECK_THROWS_WITH(shelf.first.downgrade(4),
                    "step 'sorter' on worker 3 tried to downgrade a capability at 5 to 4; it may "
                    "only move to timestamps at or after 5");
  CHECK_THROWS_WITH(shelf.first.delayed(0),
                    "step 'sorter' on worker 3 tried to delay a capability at 5 to 0; it may only "
                    "move to timestamps at or after 5");
  CHECK_THROWS_AS(shelf.first.delayed(0), CapabilityError);
  CHECK(shelf.first.time() == Epoch{5});
  CHECK(shelf.book->held.size() == 1);
}

TEST_CASE("a capability may not move to a timestamp that is only incomparable",
          "[capability][errors]") {
  Shelf<Pair> shelf;
  shelf.first.downgrade({1, 2});
  CHECK(shelf.first.delayed({1, 3}).time() == Pair{1, 3});
  CHECK_THROWS_WITH(shelf.first.downgrade({2, 1}), Catch::Contains("at or after (1,2)"));
}

TEST_CASE("an output refuses a capability of another output", "[capability][errors]") {
  const auto misuse = [](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "splitter", "two ways");
    auto& left = op.output<int>().first;
    op.output<int>();
    op.build([&left, right = std::optional(op.initial_capability(1)),
              own = std::optional(op.initial_capability(0))]() mutable {
      left.at(*own).give(1);
      left.at(*right).give(2);
    });
  };
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    CHECK_THROWS_WITH(
        tests::run_to_end({.executor = kind}, misuse),
        "step 'two ways' failed on worker 0: step 'two ways' on worker 0 tried to send at 0 "
        "through output 0 with a capability of output 1; an output takes only capabilities of its "
        "own");
  }
}

TEST_CASE("nobody moves to the value that stands for the end", "[capability][errors]") {
  constexpr Epoch end{std::numeric_limits<std::uint64_t>::max()};
  const auto misuse_by = [](auto mistake) {
    tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "early");
      auto& out = op.output<int>().first;
      op.build([&out, mistake, own = std::optional(op.initial_capability(0))]() mutable {
        if (own) mistake(out, *own);
        own.reset();
      });
    });
  };
  CHECK_THROWS_WITH(misuse_by([&](auto&, auto& own) { own.downgrade(end); }),
                    Catch::Contains("18446744073709551615, which is no timestamp"));
  CHECK_THROWS_WITH(misuse_by([&](auto&, auto& own) { own.delayed(end); }),
                    Catch::Contains("18446744073709551615, which is no timestamp"));
  CHECK_THROWS_WITH(misuse_by([&](auto& out, auto& own) { out.at(own, end).give(1); }),
                    Catch::Contains("18446744073709551615, which is no timestamp"));
  misuse_by([](auto&, auto& own) { own.downgrade(Epoch::maximum()); });  // is no misuse
}

TEST_CASE("an input does not advance to the value that stands for the end, and a probe says so",
          "[capability][errors]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<int>(scope);
      return std::pair(std::move(handle), tidemark::probe(numbers));
    });
    CHECK_THROWS_AS(input.advance_to(std::numeric_limits<std::uint64_t>::max()), CapabilityError);
    input.advance_to(Epoch::maximum());
    worker.step_while([&] { return probe.less_than(Epoch::maximum()); });
    CHECK_FALSE(probe.done());
  });
}

TEST_CASE("a capability that user code keeps beyond a failed run is inert", "[capability]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    std::vector<std::optional<Capability<Epoch>>> kept(3);
    CHECK_THROWS_AS(
        tests::run_to_end({.workers = 3, .threads = 2, .executor = kind},
                          [&](Scope<Epoch>& scope) {
                            OperatorBuilder<Epoch> op(scope, "hoarder");
                            op.output<int>();
                            op.build([&mine = kept[scope.worker().index()],
                                      worker = scope.worker().index(), again = op.activator(),
                                      first = std::optional(op.initial_capability(0))]() mutable {
                              if (first) mine = std::move(*first);
                              first.reset();
                              if (worker == 2) throw std::range_error("enough");
                              again.activate();
                            });
                          }),
        StepError);
    for (auto& capability : kept) {
      if (!capability) continue;  // its worker left before it could keep one
      CHECK(capability->time() == Epoch{0});
      CHECK(capability->delayed(3).time() == Epoch{3});
      capability->downgrade(7);
      capability.reset();
    }
  }
}

TEST_CASE("a capability keeps every frontier downstream where it is, until it goes",
          "[capability]") {
  execute({.workers = 2, .executor = ExecutorKind::deterministic, .seed = 4}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      auto passed_on = unary<int>(stream, Pipeline{}, "pass", "", [](auto& in, auto& out) {
        in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
      return std::pair(std::move(handle), tidemark::probe(passed_on));
    });
    input.advance_to(worker.index() == 0 ? 5 : 9);
    worker.step_while([&] { return probe.less_than(5); });
    CHECK(probe.less_equal(5));
    if (worker.index() == 0) input.advance_to(12);
    worker.step_while([&] { return probe.less_than(9); });
    CHECK(probe.frontier() == Antichain<Epoch>{9});
  });
}

}  // namespace
}  // namespace tidemark::capability_test
