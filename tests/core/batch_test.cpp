// SPDX-License-Identifier: MIT
//
// Batches and their pools: memory that travels, comes home and outlives its dataflow.
#include <tidemark/core/batch.hpp>
#include <tidemark/core/handover/mpsc_stack.hpp>
#include <tidemark/core/handover/return_pool.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <thread>

namespace tidemark::batch_test {
namespace {

struct Node {
  Node* next = nullptr;
  int thread = 0;
  int number = 0;
};

TEST_CASE("a stack gives back in order what was pushed, and says whether it was empty",
          "[mpsc_stack]") {
  MpscStack<Node> stack;
  Node nodes[3];
  CHECK(stack.empty());
  CHECK(stack.push(nodes[0]));
  CHECK_FALSE(stack.push(nodes[1]));
  CHECK_FALSE(stack.push(nodes[2]));
  Node* all = stack.take_all();
  CHECK(all == &nodes[0]);
  CHECK(all->next == &nodes[1]);
  CHECK(all->next->next == &nodes[2]);
  CHECK(all->next->next->next == nullptr);
  CHECK(stack.empty());
  CHECK(stack.take_all() == nullptr);
  CHECK(stack.push(nodes[1]));
  CHECK(stack.take_all_reversed() == &nodes[1]);
}

TEST_CASE("a stack loses nothing that threads push and keeps each thread's order",
          "[mpsc_stack][stress]") {
  constexpr int count = 20000 / tests::slowdown;
  MpscStack<Node> stack;
  std::vector<std::vector<Node>> nodes(3, std::vector<Node>(count));
  std::vector<int> next(3, 0);
  int wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t != 3; ++t)
      threads.emplace_back([&, t] {
        for (int n = 0; n != count; ++n) {
          Node& node = nodes[static_cast<std::size_t>(t)][static_cast<std::size_t>(n)];
          node.thread = t;
          node.number = n;
          stack.push(node);
        }
      });
    for (int taken = 0; taken != 3 * count;)
      for (Node* node = stack.take_all(); node != nullptr; node = node->next, ++taken)
        if (node->number != next[static_cast<std::size_t>(node->thread)]++) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a pool takes back from any thread what its owner hands out", "[return_pool][stress]") {
  BatchPool<Epoch> pool(record_type<int>);
  MpscStack<Envelope> mailbox;
  std::atomic<bool> stop{false};
  std::set<Envelope*> made;
  {
    std::jthread receiver([&] {
      while (!stop.load() || !mailbox.empty())
        for (Envelope* envelope = mailbox.take_all(); envelope != nullptr;) {
          Envelope* const rest = envelope->next;
          envelope->release();
          envelope = rest;
        }
    });
    for (int i = 0; i != 20000 / tests::slowdown; ++i) {
      AnyBatch<Epoch>& batch = pool.take();
      if (batch.records.size() != 0) made.clear();
      records_as<int>(batch.records.get()).push_back(i);
      made.insert(&batch);
      mailbox.push(batch);
    }
    stop.store(true);
  }
  REQUIRE_FALSE(made.empty());
  // What came home is what goes out again, empty but with its memory.
  AnyBatch<Epoch>& again = pool.take();
  CHECK(made.count(&again) == 1);
  CHECK(again.records.size() == 0);
  CHECK(records_as<int>(again.records.get()).capacity() > 0);
  again.release();
}

TEST_CASE("a batch may come home when the dataflow that sent it is gone", "[return_pool][race]") {
  // Worker 0 is done with a dataflow as soon as it is complete, which is when the last batch has
  // been consumed, but not yet given back: `for_each` counts first and releases then. Under the
  // address sanitizer this fails if pools die with their dataflow.
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    for (int repeat = 0; repeat != 20 / tests::slowdown + 1; ++repeat) {
      std::atomic<std::uint64_t> received{0};
      execute({.workers = 4,
               .threads = 2,
               .executor = kind,
               .seed = static_cast<std::uint64_t>(repeat)},
              [&](Worker& worker) {
                for (int flow = 0; flow != 5; ++flow) {
                  auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
                    auto [handle, stream] = new_input<std::uint64_t>(scope);
                    unary<int>(stream, tests::by_value(), "count", "", [&](auto& in, auto&) {
                      in.for_each([&](auto& batch) { received.fetch_add(batch.records.size()); });
                    });
                    return std::move(handle);
                  });
                  for (std::uint64_t n = 0; n != 100; ++n) input.send(n);
                }
              });
      REQUIRE(received.load() == 4 * 5 * 100);
    }
  }
}

TEST_CASE("batches that nobody reads any more are freed after a failure", "[return_pool]") {
  // Batches are left in queues, mailboxes, open buffers and outboxes; the address sanitizer counts.
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != 10; ++seed)
      CHECK_THROWS_AS(
          tests::run_to_end({.workers = 4, .threads = 2, .executor = kind, .seed = seed},
                            [](Scope<Epoch>& scope) {
                              unary<int>(tests::rounds(scope, 50, tests::numbers(300)),
                                         tests::by_value(), "fails", "",
                                         [batches = 0](auto& in, auto&) mutable {
                                           in.for_each([&](auto&) {
                                             if (++batches == 60) throw std::range_error("60");
                                           });
                                         });
                            }),
          StepError);
}

}  // namespace
}  // namespace tidemark::batch_test
