// SPDX-License-Identifier: MIT
//
// Question: what does a record cost in one of many dataflows, of many operators, of which the
// others have nothing to do?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include "virtual_steps.hpp"
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

/// An operator that passes on what comes, and is activated for it.
Stream<Epoch, std::uint64_t> pass(const Stream<Epoch, std::uint64_t>& stream) {
  return unary<std::uint64_t>(stream, Pipeline{}, "pass", "", [](auto& in, auto& out) {
    in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
}

std::uint64_t expected(std::uint64_t rounds) {
  return rounds * (rounds - 1) / 2;
}

/// In each round one record of each worker goes through one of the dataflows, in turn; nanoseconds
/// per round and worker.
double ours(std::uint32_t workers, std::uint64_t dataflows, std::uint64_t operators,
            std::uint64_t rounds) {
  check(dataflows != 0, "there is a dataflow");
  const std::uint64_t warm_up = 2 * dataflows;  // until all workers have built theirs
  std::vector<Padded<std::uint64_t>> sums(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    std::uint64_t& sum = sums[worker.index()].value;
    std::vector<InputHandle<Epoch, std::uint64_t>> inputs;
    std::vector<Probe<Epoch>> probes;
    inputs.reserve(dataflows);
    for (std::uint64_t d = 0; d != dataflows; ++d) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<std::uint64_t>(scope);
        for (std::uint64_t i = 0; i != operators; ++i) stream = pass(stream);
        auto summed = fuse_in_place(stream, "sum", "", [&sum](Epoch, auto& records) {
          for (const std::uint64_t record : records) sum += record;
        });
        return std::pair{std::move(handle), tidemark::probe(summed)};
      });
      inputs.push_back(std::move(input));
      probes.push_back(probe);
    }
    Stopwatch watch;
    for (std::uint64_t round = 0; round != warm_up + rounds; ++round) {
      if (round == warm_up) watch = {};
      const std::uint64_t turn = round % dataflows;  // NOLINT(clang-analyzer-core.DivideZero)
      auto& input = inputs[turn];
      const auto& probe = probes[turn];
      input.send(round);
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(round + 1); });
    }
    if (worker.index() == 0) elapsed = watch.ns();
  });
  for (const auto& [sum] : sums) check(sum == expected(warm_up + rounds), "the sum of the records");
  return elapsed / static_cast<double>(workers * rounds);
}

double by_hand(std::uint64_t dataflows, std::uint64_t operators, std::uint64_t rounds) {
  check(dataflows != 0, "there is a dataflow");
  std::vector<VirtualChain<std::identity>> chains;
  for (std::uint64_t d = 0; d != dataflows; ++d) chains.emplace_back(operators);
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round) chains[round % dataflows].push(round);
  const double elapsed = watch.ns();
  std::uint64_t sum = 0;
  for (const auto& chain : chains) sum += chain.sum();
  check(sum == expected(rounds), "the sum of the records");
  return elapsed / static_cast<double>(rounds);
}

}  // namespace

void add_event_driven_rows(Rows& rows) {
  const std::pair<std::uint64_t, std::uint64_t> shapes[] = {{1, 1}, {1, 100}, {100, 1}, {100, 100}};
  for (const auto& [dataflows, operators] : shapes)
    rows.push_back(
        {.name = "event_driven_" + std::to_string(dataflows) + 'x' + std::to_string(operators),
         .per = "round",
         .baseline = "a virtual call per operator",
         .quick_rounds = 200'000 / (10 + operators),
         .full_rounds = 2'000'000 / (10 + operators),
         .ours = [=](std::uint64_t rounds) { return ours(1, dataflows, operators, rounds); },
         .by_hand = [=](std::uint64_t rounds) { return by_hand(dataflows, operators, rounds); }});
  add_crowds(rows,
             {.name = "event_driven_1x100",
              .per = "round and worker",
              .quick_rounds = 8'192,
              .full_rounds = 81'920,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t rounds) {
               return ours(workers, 1, 100, rounds / workers);
             });
}

}  // namespace tidemark::bench
