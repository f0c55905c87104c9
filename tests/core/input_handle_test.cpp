// SPDX-License-Identifier: MIT
//
// Input handles: what may be done with one, when it closes, and when others see what it did.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::input_handle_test {
namespace {

using Handle = InputHandle<Epoch, std::uint64_t>;

/// An input whose records end in `arrivals`.
std::pair<Handle, Probe<Epoch>> collected_input(Worker& worker,
                                                tests::Arrivals<std::uint64_t>& arrivals) {
  return worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<std::uint64_t>(scope, "numbers");
    tests::collect(stream, tests::by_value(), arrivals);
    return std::pair(std::move(handle), probe(stream));
  });
}

template <typename Closure>
void alone(Closure closure) {
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    tests::Arrivals<std::uint64_t> arrivals;
    auto [input, probe] = collected_input(worker, arrivals);
    closure(worker, input, probe, arrivals);
  });
}

TEST_CASE("an input sends at its timestamp, advances and closes", "[input_handle]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<std::uint64_t> arrivals;
    execute(config, [&](Worker& worker) {
      auto [input, probe] = collected_input(worker, arrivals);
      for (const std::uint64_t time : {0u, 4u, 5u}) {
        input.advance_to(time);
        if (input.time() != Epoch{time}) arrivals.complain("wrong time");
        input.send(time * 10 + worker.index());
        if (time == 4) input.flush();
        std::vector<std::uint64_t> more{1000, 1001};
        input.send_all(more);
        if (!more.empty()) arrivals.complain("records were left");
        worker.step();
      }
      input.close();
    });
    std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
    for (const std::uint64_t time : {0u, 4u, 5u})
      for (std::uint64_t worker = 0; worker != config.workers; ++worker)
        for (const std::uint64_t n : {time * 10 + worker, std::uint64_t{1000}, std::uint64_t{1001}})
          expected.emplace_back(time, n);
    std::ranges::sort(expected);
    CHECK(arrivals.sorted() == expected);
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("an input that has been closed refuses what would use it", "[input_handle][errors]") {
  alone([](Worker& worker, Handle& input, Probe<Epoch>& probe, auto&) {
    input.send(1);
    input.close();
    const auto check_refused = [&] {
      const std::string sentence =
          "input 'numbers' on worker 0 was used after it was closed at 0; send and advance before "
          "closing it";
      CHECK_THROWS_WITH(input.send(2), sentence);
      CHECK_THROWS_WITH(input.advance_to(3), sentence);
      CHECK_THROWS_WITH(input.close(), sentence);
      CHECK_THROWS_WITH(input.flush(), sentence);
      CHECK_THROWS_WITH(input.time(), sentence);
      CHECK_THROWS_AS(input.send(2), CapabilityError);
    };
    check_refused();
    worker.step_while([&] { return !probe.done(); });
    worker.step_while([&] { return worker.has_dataflows(); });
    check_refused();  // the dataflow is gone
  });
}

TEST_CASE("an input does not advance backwards", "[input_handle][errors]") {
  alone([](Worker&, Handle& input, Probe<Epoch>&, auto&) {
    input.advance_to(7);
    input.advance_to(7);
    CHECK_THROWS_WITH(input.advance_to(6),
                      "step 'numbers' on worker 0 tried to downgrade a capability at 7 to 6; it "
                      "may only move to timestamps at or after 7");
    CHECK(input.time() == Epoch{7});
  });
}

TEST_CASE("an input that advances, flushes or closes holds no record back", "[input_handle]") {
  alone([](Worker& worker, Handle& input, Probe<Epoch>& probe, auto& arrivals) {
    while (worker.step()) {
    }
    input.send(1);
    worker.step();
    worker.step();
    CHECK(arrivals.all().empty());  // waits for a full batch
    input.flush();
    while (worker.step()) {
    }
    CHECK(arrivals.all().size() == 1);
    input.send(2);
    input.advance_to(1);
    while (worker.step()) {
    }
    CHECK(arrivals.all().size() == 2);
    input.send(3);
    input.close();
    worker.step_while([&] { return !probe.done(); });
    CHECK(arrivals.sorted() ==
          std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}, {0, 2}, {1, 3}});
  });
}

TEST_CASE("an input that is forgotten closes when it goes out of scope", "[input_handle]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("a forgotten input");
    tests::Arrivals<std::uint64_t> arrivals;
    execute({.workers = 2, .executor = kind}, [&](Worker& worker) {
      std::optional<Probe<Epoch>> kept;
      {
        auto [input, probe] = collected_input(worker, arrivals);
        input.send(worker.index());
        kept = probe;
      }
      worker.step_while([&] { return !kept->done(); });
    });
    CHECK(arrivals.all().size() == 2);
  }
}

TEST_CASE("a handle that has been moved from is nobody's input", "[input_handle]") {
  alone([](Worker& worker, Handle& input, Probe<Epoch>& probe, auto& arrivals) {
    input.send(1);
    {
      Handle moved = std::move(input);
      moved.send(2);
      CHECK_THROWS_AS(input.send(3), CapabilityError);
      worker.step();
      moved.close();
    }
    worker.step_while([&] { return worker.has_dataflows(); });
    CHECK(probe.done());
    CHECK(arrivals.all().size() == 2);
    // `input` goes out of scope after its dataflow.
  });
}

TEST_CASE("what an input does is seen by others with its worker's next step, and not before",
          "[input_handle][race]") {
  alone([](Worker& worker, Handle& input, Probe<Epoch>& probe, auto&) {
    const auto view = worker.process().dataflows().front();
    const auto counts = [&](const std::string& port) {
      std::string text;
      for (const PortProgress& p : view->snapshot().ports)
        if (p.name == port)
          for (const auto& [time, count] : p.counts)
            text += time + "x" + std::to_string(count) + " ";
      return text;
    };
    while (worker.step()) {
    }
    CHECK(counts("numbers.out0") == "0x1 ");
    const std::uint64_t before = view->snapshot().sequence;
    input.send(1);
    input.advance_to(3);
    input.send(2);
    input.flush();
    input.advance_to(8);
    CHECK(view->snapshot().sequence == before);
    CHECK(counts("numbers.out0") == "0x1 ");
    CHECK(counts("collect.in0").empty());
    CHECK(probe.less_than(1));

    worker.step();  // reports all of it at once
    CHECK(counts("numbers.out0") == "8x1 ");
    CHECK(view->snapshot().sequence == before + 1);
  });
}

TEST_CASE("what an input did is reported before its closure waits", "[input_handle][race]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("closures that wait right after they have advanced");
    execute({.workers = 4, .threads = 2, .executor = kind}, [](Worker& worker) {
      tests::Arrivals<std::uint64_t> arrivals;
      auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<std::uint64_t>(scope);
        return std::pair(std::move(handle), tidemark::probe(stream));
      });
      for (std::uint64_t round = 1; round != 50; ++round) {
        input.advance_to(round);
        worker.step_while([&] { return probe.less_than(round); });
      }
    });
  }
}

/// Records through more fused steps than a push nests; the last ones go to other workers.
Stream<Epoch, std::uint64_t> through_many_steps(Stream<Epoch, std::uint64_t> stream,
                                                std::uint64_t poison) {
  for (int step = 0; step != 200; ++step)
    stream = fuse_in_place(stream, "step", std::to_string(step), [=](Epoch, auto& records) {
      for (std::uint64_t& record : records) {
        if (record == poison) throw std::runtime_error("poison");
        ++record;
      }
    });
  return stream;
}

TEST_CASE("what is sent through many fused steps is there before its timestamp is complete",
          "[input_handle][fused]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<std::uint64_t> arrivals;
    execute(config, [&](Worker& worker) {
      std::uint64_t here = 0;
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<std::uint64_t>(scope, "numbers");
        const auto moved = unary<std::uint64_t>(through_many_steps(stream, ~std::uint64_t{0}),
                                                Exchange{tests::by_value()}, "move", "",
                                                [&here](auto& in, auto& out) {
                                                  in.for_each([&](auto& batch) {
                                                    here += batch.records.size();
                                                    out.at(batch).give_all(batch.records);
                                                  });
                                                });
        tests::collect(moved, tests::by_value(), arrivals);
        return std::pair(std::move(handle), tidemark::probe(moved));
      });
      for (std::uint64_t round = 0; round != 3; ++round) {
        for (std::uint64_t n = 0; n != worker.peers(); ++n) input.send(n);
        input.flush();
        std::vector<std::uint64_t> more(worker.peers(), worker.index());
        input.send_all(more);
        input.advance_to(round + 1);
        worker.step_while([&] { return probe.less_than(round + 1); });
        if (here != 2 * worker.peers() * (round + 1)) arrivals.complain("a record was late");
      }
    });
    CHECK(arrivals.sorted().size() == 3 * 2 * std::size_t{config.workers} * config.workers);
  });
}

TEST_CASE("what throws behind many fused steps is named, and what comes after it goes on",
          "[input_handle][fused][error]") {
  alone([](Worker& worker, Handle&, Probe<Epoch>&, auto&) {
    std::vector<std::uint64_t> seen;
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope, "more");
      fuse_in_place(through_many_steps(stream, 150), "see", "", [&](Epoch, auto& records) {
        seen.insert(seen.end(), records.begin(), records.end());
      });
      return std::move(handle);
    });
    input.send(7);  // becomes 150 in step 143
    input.flush();
    CHECK_THROWS_WITH(worker.step(), "step '143' failed on worker 0 at timestamp 0: poison");
    input.send(1000);
    input.flush();
    worker.step();
    CHECK(seen == std::vector<std::uint64_t>{1200});
  });
}

}  // namespace
}  // namespace tidemark::input_handle_test
