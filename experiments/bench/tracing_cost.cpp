// SPDX-License-Identifier: MIT
//
// What tracing_cost.sh counts the instructions of: tracing_cost barrier|chain ROUNDS. One thread,
// so that the count is the same each time.
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/read_item.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

using namespace tidemark;

namespace {

constexpr int nodes = 16;
constexpr std::uint64_t round_items = 1024;

/// Operators with an activation each, which is what a trace notes.
Stream<Epoch, std::uint64_t> step(const Stream<Epoch, std::uint64_t>& stream) {
  return unary<std::uint64_t>(stream, Pipeline{}, "step", "", [](auto& in, auto& out) {
    in.for_each([&](auto& batch) {
      for (std::uint64_t& item : batch) item = 3 * item + 1;
      out.at(batch).give_all(batch.records);
    });
  });
}

void run(bool chain, std::uint64_t rounds) {
  Embedded embedded;
  auto [input, probe] = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<std::uint64_t>(scope);
    for (int node = 0; chain && node != nodes; ++node) stream = step(stream);
    return std::pair{std::move(handle), tidemark::probe(stream)};
  });
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    for (std::uint64_t i = 0; chain && i != round_items; ++i) input.send(i);
    input.advance_to(round);
    embedded.step_while([&] { return probe.less_than(round); });
  }
  input.close();
  embedded.step_while([&] { return embedded.has_dataflows(); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 3 ? argv[1] : "";
  if (what != "barrier" && what != "chain") {
    std::fputs("usage: tracing_cost barrier|chain ROUNDS\n", stderr);
    return 2;
  }
  run(what == "chain", read_item<std::uint64_t>(argv[2]));
}
