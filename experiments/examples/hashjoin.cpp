// SPDX-License-Identifier: MIT
//
// How many pairs of records share their key? Both sides go to the worker of their key, which keeps
// them: each record meets those of the other side that came before it.
#include <tidemark/operators/inspect.hpp>
#include <tidemark/operators/keyed.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Number = std::uint64_t;
using Keyed = std::pair<Number, Number>;

/// For each pair of records with equal keys their values, at the later of their timestamps.
template <Timestamp T>
Stream<T, Keyed> join(const Stream<T, Keyed>& left, const Stream<T, Keyed>& right) {
  using Table = KeyTable<Number, std::vector<std::pair<T, Number>>>;
  const Exchange by_key{[](const Keyed& record) { return KeyHash{}(record.first); }};
  return binary<Keyed>(
      left, right, by_key, by_key, "join", "",
      [lefts = Table{}, rights = Table{}](auto& a, auto& b, auto& out) mutable {
        const auto meet = [&out](auto& in, Table& mine, Table& others, auto pair) {
          in.for_each([&](auto& batch) {
            for (const auto& [key, value] : batch) {
              mine[key].emplace_back(batch.time, value);
              for (const auto& [time, other] : others[key])
                out.at(batch, std::max(time, batch.time)).give(pair(value, other));
            }
          });
        };
        meet(a, lefts, rights, [](Number value, Number other) { return Keyed(value, other); });
        meet(b, rights, lefts, [](Number value, Number other) { return Keyed(other, value); });
      });
}

int main(int argc, char** argv) {
  CLI::App app("How many pairs of records share their key, and how fast are they found?",
               "hashjoin");
  Number keys = 10'000, records = 100'000;
  app.add_option("--keys", keys, "How many")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--records", records, "On each side")->capture_default_str();
  return examples::run_example(app, argc, argv, [&](const Config& config) {
    std::atomic<Number> pairs{0};
    const examples::Stopwatch watch;
    execute(config, [&](Worker& worker) {
      auto [left, right] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [a, lefts] = new_input<Keyed>(scope, "left");
        auto [b, rights] = new_input<Keyed>(scope, "right");
        join(lefts, rights) | inspect([&](const Keyed&) { ++pairs; });
        return std::pair{std::move(a), std::move(b)};
      });
      for (Number n = worker.index(); n < records; n += worker.peers()) {
        left.send({n % keys, n});
        right.send({n * n % keys, n});
      }
    });
    fmt::print("{} pairs\n{:.3f} s\n", pairs.load(), watch.seconds());
  });
}
