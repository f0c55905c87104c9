// SPDX-License-Identifier: MIT
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/windowing/count_window.hpp>

#include <tests/core/traces.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::window_notes_test {

using namespace tests;
using Keyed = std::pair<std::string, Value>;

/// What operators have told, as text: name, texts and numbers in the order of their columns.
std::vector<std::string> notes_of(const TraceFile& file) {
  std::vector<std::string> notes;
  for (const TraceEvent& event : events_of(file)) {
    if (event.kind != TraceEvent::Kind::note) continue;
    const NamedEvents& kind = file.named_events()[event.peer];
    std::string text = kind.name;
    for (std::size_t i = 0; i != kind.columns.size(); ++i)
      text += " " + kind.columns[i].name + "=" +
              (kind.columns[i].type == NamedEvents::Type::text
                   ? file.text(event.values[i])
                   : std::to_string(static_cast<std::int64_t>(event.values[i])));
    notes.push_back(std::move(text));
  }
  return notes;
}

TEST_CASE("a window step tells a trace of its windows, of late values, and of what it has saved",
          "[windows][trace]") {
  Trace trace;
  MemoryStore store;
  Config config = deterministic(1, 0);
  config.trace = &trace;
  config.states = &store;
  Dataflow flow;
  input(flow, "in", TestingInput<Keyed>({{"a", {1, 1}}, {"a", {12, 2}}, {"a", {3, 3}}}),
        epoch_per_poll()) |
      count_window("count", value_clock(0), TumblingWindow(ns(10), at_ns(0))) |
      output("out", Discard{});
  cluster_main(flow, config);
  CHECK(notes_of(trace.read()) ==
        std::vector<std::string>{
            "window opened key=a window=0 open=0 close=10", "saved epoch=1 keys=1",
            "window opened key=a window=1 open=10 close=20",
            "window closed key=a window=0 open=0 close=10 revision=0", "saved epoch=2 keys=1",
            "late key=a time=3 watermark=12",
            "window closed key=a window=1 open=10 close=20 revision=0", "saved epoch=3 keys=1"});
}

}  // namespace tidemark::window_notes_test
