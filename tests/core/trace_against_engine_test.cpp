// SPDX-License-Identifier: MIT
//
// What a trace says of any instant against what the engine said then, in random runs.
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/random_flow.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <memory>
#include <set>

namespace tidemark::trace_against_engine_test {
namespace {

using tests::Number;

std::multiset<std::string> text_of(const Explanation& why) {
  std::multiset<std::string> causes;
  for (const Explanation::Cause& cause : why.causes) {
    std::string text = std::to_string(cause.count) + " as role " +
                       std::to_string(static_cast<int>(cause.role)) + ":";
    for (const Explanation::Hop& hop : cause.path) text += " " + hop.name + " at " + hop.time;
    causes.insert(text);
  }
  return causes;
}

/// What the engine has said while the run went on, when worker 0 has asked.
using Said = std::vector<Explanation>;

void drive(Worker& worker, std::uint64_t seed, Said& said) {
  tests::Arrivals<Number> arrivals;
  auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<Number>(scope);
    return std::pair(std::move(handle),
                     tidemark::probe(tests::random_flow(stream, seed, arrivals)));
  });
  const auto view = worker.process().dataflows().front();
  Random random(seed * 31 + worker.index());
  std::vector<std::shared_ptr<Question>> asked;
  for (Number round = 0; round != 5; ++round) {
    for (Number n = random.below(4); n != 0; --n) input.send(random.below(100));
    input.advance_to(round + 1);
    for (std::uint64_t steps = random.below(4); steps != 0; --steps) worker.step();
    if (worker.index() != 0) continue;
    asked.push_back(view->ask());
    for (std::uint64_t steps = random.below(4); steps != 0; --steps) worker.step();
  }
  input.close();
  worker.step_while([&] { return !probe.done(); });
  for (const auto& question : asked)
    if (question->answered())  // as of then
      for (Explanation& each : question->explain()) said.push_back(std::move(each));
}

TEST_CASE("why a timestamp could appear is the same in a trace as in the run", "[trace][explain]") {
  std::size_t runs = 0, explained = 0, causes = 0;
  tests::for_each_configuration(
      [&](Config config) {
        Trace trace;
        config.trace = &trace;
        const std::uint64_t seed = ++runs;
        Said said;
        execute(config, [&](Worker& worker) { drive(worker, seed, said); });
        const tests::Seen seen(trace);
        for (const Explanation& each : said) {
          INFO(seed << ": " << to_text(each));
          REQUIRE(each.state != nullptr);
          TraceState state = seen.state_at(each.state->sequence);
          for (const Explanation& told : state.explain(each.location))
            if (told.time == each.time) {
              ++explained;
              causes += told.causes.size();
              CHECK(text_of(told) == text_of(each));
            }
          CHECK(state.snapshot().ports[each.location.value].frontier ==
                each.state->ports[each.location.value].frontier);
        }
      },
      12 / tests::slowdown);
  CHECK(runs >= 100 / tests::slowdown);
  CHECK(explained >= runs);
  CHECK(causes > explained);  // of some there are several
}

}  // namespace
}  // namespace tidemark::trace_against_engine_test
