// SPDX-License-Identifier: MIT
//
// concat and broadcast: one stream of many, and one record at all workers.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/operators/routing/broadcast.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::concat_test {
namespace {

using Number = std::uint64_t;

TEST_CASE("concat sends every record of every stream, in its epoch, for any number of streams",
          "[concat]") {
  tests::for_each_configuration([](const Config& config) {
    for (const std::uint32_t streams : {1u, 2u, 9u}) {
      tests::Arrivals<Number> arrivals;
      tests::run_to_end(config, [&](Scope<Epoch>& scope) {
        std::vector<Stream<Epoch, Number>> all;
        for (std::uint32_t s = 0; s != streams; ++s)  // of different lengths
          all.push_back(tests::rounds(scope, 1 + s, tests::numbers(5)));
        tests::collect(concat(all), tests::by_hash(), arrivals);
      });
      std::vector<std::pair<std::uint64_t, Number>> expected;
      for (std::uint32_t s = 0; s != streams; ++s)
        for (std::uint32_t worker = 0; worker != config.workers; ++worker)
          for (std::uint64_t epoch = 0; epoch != 1 + s; ++epoch)
            for (const Number n : tests::numbers(5)(worker, epoch)) expected.emplace_back(epoch, n);
      std::ranges::sort(expected);
      CHECK(arrivals.sorted() == expected);
      CHECK(arrivals.complaints().empty());
    }
  });
}

TEST_CASE("an epoch is not complete behind a concat before all its streams have left it",
          "[concat]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [inputs, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      std::vector<InputHandle<Epoch, Number>> handles;
      std::vector<Stream<Epoch, Number>> streams;
      for (int i = 0; i != 3; ++i) {
        auto [handle, stream] = new_input<Number>(scope);
        handles.push_back(std::move(handle));
        streams.push_back(stream);
      }
      return std::pair(std::move(handles), tidemark::probe(concat(streams)));
    });
    inputs[0].advance_to(5);
    inputs[1].advance_to(4);
    worker.step();
    CHECK(probe.frontier() == Antichain<Epoch>{0});
    inputs[2].advance_to(9);
    worker.step();
    CHECK(probe.frontier() == Antichain<Epoch>{4});
    inputs[1].close();
    worker.step();
    CHECK(probe.frontier() == Antichain<Epoch>{5});
  });
}

TEST_CASE("concat of no stream is refused, with what to take instead", "[concat][errors]") {
  CHECK_THROWS_WITH(concat(std::vector<Stream<Epoch, int>>{}),
                    "concat: there is no stream to take; a stream without records is empty()");
}

TEST_CASE("broadcast sends every record to every worker, in its epoch", "[broadcast]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      tests::collect(tests::rounds(scope, 3, tests::numbers(20)) | broadcast(), Pipeline{},
                     arrivals);
    });
    std::vector<tests::Arrivals<Number>::Arrival> expected;
    for (std::uint32_t to = 0; to != config.workers; ++to)
      for (std::uint32_t from = 0; from != config.workers; ++from)
        for (std::uint64_t epoch = 0; epoch != 3; ++epoch)
          for (const Number n : tests::numbers(20)(from, epoch)) expected.push_back({epoch, n, to});
    auto all = arrivals.all();
    std::ranges::sort(all);
    std::ranges::sort(expected);
    CHECK((all == expected));
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("broadcast keeps the order of each sender", "[broadcast]") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(tests::deterministic(3, seed), [&](Scope<Epoch>& scope) {
      const auto own = tests::rounds(scope, 2, [](std::uint32_t worker, std::uint64_t) {
        std::vector<Number> records(worker == 1 ? 3000 : 0);
        for (Number n = 0; n != records.size(); ++n) records[n] = n;
        return records;
      });
      tests::collect(own | broadcast("all"), Pipeline{}, arrivals);
    });
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<Number>> by_worker_and_epoch;
    for (const auto& [epoch, n, worker] : arrivals.all())
      by_worker_and_epoch[{worker, epoch}].push_back(n);
    CHECK(by_worker_and_epoch.size() == 6);
    for (const auto& [key, records] : by_worker_and_epoch) {
      CHECK(records.size() == 3000);
      CHECK(std::ranges::is_sorted(records));
    }
  }
}

TEST_CASE("broadcast works in a loop", "[broadcast]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Log<std::pair<std::uint64_t, Number>> log;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        auto& loop = scope.add_loop("loop");
        numbers | enter(loop) | broadcast() | leave() | inspect_epoch([&](Epoch epoch, Number n) {
          log.add({epoch.value, n});
        });
        return std::move(handle);
      });
      for (std::uint64_t epoch = 0; epoch != 3; ++epoch) {
        input.advance_to(epoch);
        input.send(10 * epoch + worker.index());
      }
    });
    std::vector<std::pair<std::uint64_t, Number>> expected;
    for (std::uint64_t epoch = 0; epoch != 3; ++epoch)
      for (std::uint32_t worker = 0; worker != config.workers; ++worker)
        for (std::uint32_t copy = 0; copy != config.workers; ++copy)
          expected.emplace_back(epoch, 10 * epoch + worker);
    std::ranges::sort(expected);
    CHECK(log.sorted() == expected);
  });
}

}  // namespace
}  // namespace tidemark::concat_test
