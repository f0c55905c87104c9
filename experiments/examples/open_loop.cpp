// SPDX-License-Identifier: MIT
//
// How late are answers at a given rate of requests? Requests are due at fixed times, whether or not
// earlier ones are answered. Each is an epoch; it is answered when the epoch is complete.
#include "example.hpp"

using namespace tidemark;
using Due = Clock::time_point;
using Wait = std::chrono::duration<double, std::micro>;

/// Each worker sends request i when it is due, i / rate after the first.
Stream<Epoch, Due> requests(Scope<Epoch>& scope, std::uint64_t number, double rate) {
  return source<Due>(scope, "requests", [&](Capability<Epoch> first, Activator activator) {
    return [number, rate, activator, &worker = scope.worker(), begin = std::optional<Due>(),
            next = std::optional(std::move(first))](auto& out) mutable {
      if (!begin) begin = worker.now();
      while (next) {
        const std::chrono::duration<double> after(double(next->time().value) / rate);
        const Due due = *begin + std::chrono::duration_cast<Clock::duration>(after);
        if (due > worker.now()) return activator.activate_at(due);
        out.at(*next).give(due);
        next->downgrade(next->time().value + 1);
        if (next->time() == number) next.reset();
      }
    };
  });
}

int main(int argc, char** argv) {
  Program program("open_loop", "How late are answers at a given rate of requests?", {.workers = 2});
  std::uint64_t number = 10'000;
  double rate = 10'000;
  program.option("--requests", number, "Each", examples::positive);
  program.option("--rate", rate, "A second", {1e-6, 1e9});
  return program.run(argc, argv, [&](const Config& config) {
    std::vector<std::vector<Wait>> waits(config.workers);
    execute(config, [&](Worker& worker) {
      worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        const Exchange to_next{[next = worker.index() + 1](Due) { return next; }};
        unary_due<Due>(
            requests(scope, number, rate), to_next, "answer", "",
            [&, open = OpenTimes<Epoch, Due>{}](auto& in, auto& out) mutable {
              in.for_each([&](auto& batch) { open.at(batch, out) = batch.records.front(); });
              const auto note = [&, now = worker.now()](auto&, Due due) {
                waits[worker.index()].push_back(now - due);
              };
              open.release(note, in.frontier());
            });
      });
    });
    std::vector<Wait> all;
    for (const auto& some : waits) all.insert(all.end(), some.begin(), some.end());
    std::ranges::sort(all);
    fmt::print("{} answers\n", all.size());
    for (const std::size_t percent : {50, 90, 99, 100})
      fmt::print("{:>4}%  {:>10.1f} us\n", percent, all[(all.size() - 1) * percent / 100].count());
  });
}
