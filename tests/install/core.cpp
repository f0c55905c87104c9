// SPDX-License-Identifier: MIT
//
// A program of somebody's own on core alone.
#include <tidemark/core/core.hpp>
#include <tidemark/version.hpp>

#include <cstdio>

int main() {
  using namespace tidemark;
  std::uint64_t sum = 0;
  execute({.executor = ExecutorKind::threads}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<std::uint64_t>(scope);
      auto summed = unary<std::uint64_t>(numbers, Pipeline{}, "sum", "", [&](auto& in, auto& out) {
        in.for_each([&](auto& batch) {
          for (const std::uint64_t n : batch) sum += n;
          out.at(batch).give_all(batch.records);
        });
      });
      return std::pair(std::move(handle), tidemark::probe(summed));
    });
    for (std::uint64_t n = 1; n <= 10; ++n) input.send(n);
    input.close();
    worker.step_while([&] { return !probe.done(); });
  });
  std::printf("%llu by tidemark %s\n", static_cast<unsigned long long>(sum), version);
  return sum == 55 ? 0 : 1;
}
