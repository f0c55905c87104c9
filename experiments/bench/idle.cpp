// SPDX-License-Identifier: MIT
//
// Question: what does an epoch cost that goes through operators which have nothing to do?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr Epoch last = std::uint64_t{1} << 40;  // an epoch beyond all that are measured

/// What the operators of a chain are.
enum class Kind {
  stateless,
  stateful,           // has held one record until its epoch was complete, and holds nothing now
  waiting,            // holds one until an epoch that comes after the measurement
  behind_one_active,  // the same, behind one that holds a record of each epoch until it is complete
};

Stream<Epoch, int> append(Kind kind, const Stream<Epoch, int>& stream, std::uint64_t& released) {
  if (kind == Kind::stateless) return map([](int n) { return n + 1; })(stream);
  return unary_due<int>(
      stream, Pipeline{}, "hold", "",
      [kind, &released, open = OpenTimes<Epoch, int>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          if (kind == Kind::stateful) {
            ++open.at(batch, out);
          } else {
            ++open.at(batch, out, last);
            out.at(batch).give_all(batch.records);
          }
        });
        const auto release = [&](const auto& at, int n) {
          ++released;
          if (kind == Kind::stateful) out.at(at).give(n);
        };
        open.release(release, in.frontier());
      });
}

/// Passes on what comes at epoch 0, and keeps the rest until its epoch is complete.
Stream<Epoch, int> append_active(const Stream<Epoch, int>& stream, std::uint64_t& completed) {
  return unary_due<int>(stream, Pipeline{}, "active", "",
                        [&completed, open = OpenTimes<Epoch, int>{}](auto& in, auto& out) mutable {
                          in.for_each([&](auto& batch) {
                            if (batch.time == Epoch{0})
                              return out.at(batch).give_all(batch.records);
                            ++open.at(batch, out);
                          });
                          open.release([&](const auto&, int) { ++completed; }, in.frontier());
                        });
}

/// Nanoseconds per epoch and worker through a chain of `operators`, with a probe at the end. Each
/// has seen one record, in the first epoch.
double through(Kind kind, int operators, std::uint32_t workers, std::uint64_t rounds) {
  struct Counts {
    std::uint64_t released = 0;   // by operators that hold
    std::uint64_t completed = 0;  // epochs of the one that is active
  };
  std::vector<Padded<Counts>> counts(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    auto& [released, completed] = counts[worker.index()].value;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      if (kind == Kind::behind_one_active) stream = append_active(stream, completed);
      for (int i = 0; i != operators; ++i) stream = append(kind, stream, released);
      return std::pair{std::move(handle), tidemark::probe(stream)};
    });
    input.send(1);
    const auto run_to = [&](std::uint64_t end) {
      while (input.time() < end) {
        if (kind == Kind::behind_one_active && input.time() != Epoch{0}) input.send(1);
        input.advance_to(input.time().value + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
      }
    };
    const std::uint64_t warm_up = 20;  // until nobody is followed any more who does not wait
    run_to(warm_up);
    const Stopwatch watch;
    run_to(warm_up + rounds);
    if (worker.index() == 0) elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{warm_up + rounds}, "not at the last epoch");
    if (kind == Kind::waiting || kind == Kind::behind_one_active)
      check(released == 0, "somebody did not wait");
    if (kind == Kind::behind_one_active)
      check(completed == warm_up + rounds - 1, "the epochs that the active one saw completed");
    input.advance_to(last.value + 1);
    worker.step_while([&probe = probe, &input = input] { return probe.less_than(input.time()); });
    if (kind != Kind::stateless)
      check(released == static_cast<std::uint64_t>(operators), "somebody was not told");
  });
  return elapsed / static_cast<double>(workers * rounds);
}

Measure chain(Kind kind, int operators) {
  return [=](std::uint64_t rounds) { return through(kind, operators, 1, rounds); };
}
Measure each_of(Kind kind, int operators) {
  return [=](std::uint64_t rounds) {
    const auto number = static_cast<std::uint64_t>(operators);
    return through(kind, operators, 1, std::max<std::uint64_t>(rounds / number, 10)) / operators;
  };
}

}  // namespace

void add_idle_rows(Rows& rows) {
  const auto add = [&](std::string name, Kind kind, int operators, int beside, Bar bar) {
    rows.push_back({.name = name + '_' + std::to_string(operators),
                    .per = "epoch",
                    .baseline = "the same through " + std::to_string(beside),
                    .quick_rounds = 100'000,
                    .full_rounds = 1'000'000,
                    .ours = chain(kind, operators),
                    .by_hand = chain(kind, beside),
                    .bar = bar,
                    .series = name + ": epoch by operators",
                    .size = static_cast<double>(operators)});
  };
  for (const int operators : {10, 1'000, 100'000})
    add("idle_stateless", Kind::stateless, operators, 1, same_cost);
  for (const int operators : {10, 1'000, 100'000})
    add("idle_stateful", Kind::stateful, operators, 10, Bar{2});
  for (const int operators : {10, 1'000, 100'000})
    add("idle_behind_active", Kind::behind_one_active, operators, 10, Bar{2});
  for (const int operators : {10, 1'000, 100'000})
    rows.push_back({.name = "idle_waiting_" + std::to_string(operators),
                    .per = "epoch, operator",
                    .baseline = "the same with 10",
                    .quick_rounds = 500'000,
                    .full_rounds = 5'000'000,
                    .ours = each_of(Kind::waiting, operators),
                    .by_hand = each_of(Kind::waiting, 10),
                    .bar = operators == 10 ? std::nullopt : std::optional(Bar{.plus = 20}),
                    .series = "idle_waiting: epoch and operator by operators",
                    .size = static_cast<double>(operators)});
  for (const auto& [name, kind] :
       {std::pair{"idle_stateless_10", Kind::stateless},
        std::pair{"idle_stateful_10", Kind::stateful}, std::pair{"idle_waiting_10", Kind::waiting}})
    add_crowds(rows,
               {.name = name,
                .per = "epoch and worker",
                .quick_rounds = 40'960,
                .full_rounds = 409'600,
                .bar = crowded},
               [kind](std::uint32_t workers, std::uint64_t rounds) {
                 return through(kind, 10, workers, rounds / workers);
               });
}

}  // namespace tidemark::bench
