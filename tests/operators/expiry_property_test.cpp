// SPDX-License-Identifier: MIT
//
// Expiry in event time, beside a batch program that goes through the epochs one by one.
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/expiring.hpp>
#include <tests/support.hpp>
#include <tests/tape.hpp>

namespace tidemark::expiry_property_test {
namespace {

using namespace tests;

using Keyed = std::pair<std::string, int>;

/// Logs the watermarks that a step at this place goes by, and passes everything on.
auto log_watermarks(Log<std::pair<std::uint64_t, EventTime>>& log) {
  return [&log](Stream<Epoch, KeyedReading> stream) {
    OperatorBuilder<Epoch> op(*stream.scope, "watermarks");
    op.set_interest(Interest::always);
    auto& in = op.input(stream, Exchange{ByKey{}});
    auto [out, passed] = op.output<KeyedReading>();
    auto& sources = op.watermarks(0, "");
    op.build([&, first = stream.scope->worker().index() == 0] {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      sources.follow(in.frontier());
      sources.rise([](const Epoch&) { return true; },
                   [&](const Epoch& through, EventTime watermark) {
                     if (first) log.add({through.value, watermark});
                   });
    });
    return passed;
  };
}

/// Some sources, each of parts in order but for late values, and how to run them.
struct Case {
  std::vector<std::vector<PartsInput<KeyedReading>::Polls>> sources;
  InputOptions options;
  Config config;
  std::int64_t life = 1;
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.life = 1 + tape.below(60);
  drawn.options = {.epoch_interval = std::chrono::milliseconds(tape.below(2)),
                   .epoch_items = 1 + tape.below(6),
                   .epochs_ahead = 1 + tape.below(8)};
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  if (drawn.config.workers == 7) drawn.config.processes = 1 + tape.below(3);
  drawn.sources.resize(1 + tape.below(2));
  for (auto& parts : drawn.sources) parts.resize(1 + tape.below(3));
  const std::size_t keys = 1 + tape.below(5);
  std::map<PartsInput<KeyedReading>::Polls*, std::int64_t> now;
  for (int id = 1; !tape.at_end(); ++id) {
    auto& parts = drawn.sources[tape.below(drawn.sources.size())];
    auto& polls = parts[tape.below(parts.size())];
    now[&polls] += tape.below(12);
    const std::int64_t late = tape.below(8) == 0 ? tape.below(100) : 0;
    if (polls.empty() || tape.below(3) == 0) polls.emplace_back();
    const std::string key(1, static_cast<char>('a' + tape.below(keys)));
    polls.back().push_back({key, {now[&polls] - late, id}});
  }
  return drawn;
}

using Told = InEpoch<std::pair<std::string, Ids>>;

/// What a batch program says that expires, and in which epoch.
std::vector<Told> expected_of(const std::vector<InEpoch<KeyedReading>>& values,
                              const std::vector<std::pair<std::uint64_t, EventTime>>& watermarks,
                              std::int64_t life) {
  struct State {
    EventTime last = before_all_time;
    Ids ids;
  };
  std::map<std::uint64_t, std::vector<KeyedReading>> by_epoch;
  for (const auto& [epoch, value] : values) by_epoch[epoch].push_back(value);
  for (const auto& [epoch, watermark] : watermarks) by_epoch[epoch];
  std::vector<Told> told;
  std::map<std::string, State> states;
  EventTime watermark = before_all_time;
  auto next = watermarks.begin();
  for (const auto& [epoch, records] : by_epoch) {
    for (const auto& [key, reading] : records) {
      State& state = states[key];
      state.last = std::max({state.last, watermark, time_of(reading)});
      state.ids.push_back(reading.id);
    }
    if (next == watermarks.end() || next->first != epoch) continue;
    watermark = (next++)->second;
    for (auto at = states.begin(); at != states.end();) {
      auto& [key, state] = *at;
      if (watermark < state.last + std::chrono::nanoseconds(life)) {
        ++at;
      } else {
        std::ranges::sort(state.ids);
        told.push_back({epoch, {key, state.ids}});
        at = states.erase(at);
      }
    }
  }
  REQUIRE(states.empty());  // for time has come to its end
  std::ranges::sort(told);
  return told;
}

TEST_CASE("what expires in event time, when and with what, is a function of epochs",
          "[expiry][event_time][oracle]") {
  check_property(300, [] {
    Tape tape = draw_tape("case", 200);
    const Case drawn = draw_case(tape);
    Log<InEpoch<KeyedReading>> values;
    Log<std::pair<std::uint64_t, EventTime>> watermarks;
    Log<Told> told;
    Log<Keyed> sizes;
    Dataflow flow;
    std::vector<FlowStream<KeyedReading>> sources;
    for (std::size_t s = 0; s != drawn.sources.size(); ++s) {
      const std::string id = "source " + std::to_string(s);
      sources.push_back(input(flow, id, PartsInput<KeyedReading>(drawn.sources[s]), drawn.options) |
                        event_time(id + ", times", time_of_record));
    }
    const auto all = sources.size() == 1 ? sources[0] : merge(sources[0], sources[1]);
    all | log_watermarks(watermarks) | log_epochs(values) | output("watermarks", Discard{});
    const auto ids = all | gather(expire_after(std::chrono::nanoseconds(drawn.life), time_of));
    ids | inspect([&](const Keyed& size) { sizes.add(size); }) | output("sizes", Discard{});
    log_output(ids.expired() | map([](std::pair<std::string, Ids> state) {
                 std::ranges::sort(state.second);
                 return state;
               }),
               told);
    cluster_main(flow, drawn.config);

    const auto expected = expected_of(values.entries(), watermarks.entries(), drawn.life);
    RC_ASSERT(told.sorted() == expected);
    // Each value counts from the beginning of its key's life.
    std::vector<Keyed> counted;
    for (const auto& [epoch, state] : expected)
      for (std::size_t i = 0; i != state.second.size(); ++i)
        counted.emplace_back(state.first, static_cast<int>(i + 1));
    std::ranges::sort(counted);
    RC_ASSERT(sizes.sorted() == counted);
  });
}

}  // namespace
}  // namespace tidemark::expiry_property_test
