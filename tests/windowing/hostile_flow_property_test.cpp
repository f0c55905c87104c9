// SPDX-License-Identifier: MIT
//
// Dataflows under hostile times and sources, against a batch program over the lists of records.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>

#include <tests/support.hpp>
#include <tests/windowing/hostile_parts.hpp>

#include <chrono>

namespace tidemark::hostile_flow_property_test {
namespace {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using Parts = std::vector<HostileParts::Part>;
using End = HostileParts::End;
__extension__ using Wide = __int128;

/// Some sources, and how to run them.
struct Case {
  std::vector<Parts> sources;
  std::vector<bool> in_order;  // by source: each part is
  InputOptions options{};
  Config config;
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.config = deterministic(1 + tape.below(4), tape.below(256));
  drawn.options = {.epoch_interval = std::chrono::milliseconds(tape.below(3)),
                   .epoch_items = 1 + tape.below(6),
                   .epochs_ahead = 1 + tape.below(8)};
  drawn.sources.resize(1 + tape.below(3));
  const std::size_t keys = 1 + tape.below(3);
  struct State {
    HostileParts::Part* part;
    HostileTimes times;
  };
  std::vector<State> states;
  for (Parts& parts : drawn.sources) {
    parts.resize(1 + tape.below(3));
    bool in_order = true;
    for (HostileParts::Part& part : parts) {
      part.per_poll = std::vector<std::size_t>{1, 2, 100}[tape.below(3)];
      part.pause = std::vector<Ns>{0, 1, 1'000'000, 86'400'000'000'000}[tape.below(4)];
      states.push_back({&part, HostileTimes(tape)});
      in_order = in_order && states.back().times.in_order();
    }
    drawn.in_order.push_back(in_order);
  }
  for (int id = 1; !tape.at_end(); ++id) {  // uneven: half of the records are the first part's
    State& state = states[tape.below(2) == 0 ? 0 : tape.below(states.size())];
    std::string key(1, static_cast<char>('a' + tape.below(keys)));
    state.part->records.push_back({std::move(key), {state.times.next(tape), id}});
  }
  return drawn;
}

/// What the steps between sources and windows leave of a record.
bool is_kept(const Value& value) {
  return value.id % 5 != 0;
}

/// All sources in one stream, through two branches that are merged again. Event times are read with
/// no wait where they are in order; else nothing closes before the end.
FlowStream<Keyed> merged(Dataflow& flow, const Case& drawn, Log<int>& arrived) {
  std::optional<FlowStream<Keyed>> all;
  for (std::size_t s = 0; s != drawn.sources.size(); ++s) {
    const std::string id = "source " + std::to_string(s);
    const Span wait = drawn.in_order[s] ? Span() : Span(Span::forever);
    const auto stream =
        input(flow, id, HostileParts(drawn.sources[s]), drawn.options) |
        inspect([&arrived](const Keyed& record) { arrived.add(record.second.id); }) |
        event_time(id + ", times", time_of_record, {.wait = wait});
    all = all ? merge(*all, stream) : stream;
  }
  const auto [odd, even] =
      *all | branch("odd", [](const Keyed& record) { return record.second.id % 2 != 0; });
  return merge(odd | map([](Keyed record) { return record; }), even) |
         filter([](const Keyed& record) { return is_kept(record.second); });
}

std::map<std::string, std::vector<Value>> kept_values(const Case& drawn) {
  std::map<std::string, std::vector<Value>> by_key;
  for (const Parts& parts : drawn.sources)
    for (const HostileParts::Part& part : parts)
      for (const auto& [key, value] : part.records)
        if (is_kept(value)) by_key[key].push_back(value);
  for (auto& [key, values] : by_key) std::ranges::sort(values);
  return by_key;
}

/// The values of each group of neighbours, cut wherever `apart(a, b)`.
template <typename Apart>
std::map<std::string, std::vector<Ids>> grouped(const Case& drawn, Apart apart) {
  std::map<std::string, std::vector<Ids>> groups;
  for (const auto& [key, values] : kept_values(drawn)) {
    for (std::size_t i = 0; i != values.size(); ++i) {
      if (i == 0 || apart(values[i - 1].time, values[i].time)) groups[key].emplace_back();
      groups[key].back().push_back(values[i].id);
    }
    for (Ids& ids : groups[key]) std::ranges::sort(ids);
    std::ranges::sort(groups[key]);
  }
  return groups;
}

template <typename Log>
std::map<std::string, std::vector<Ids>> sorted_ids(const Log& log) {
  auto all = log.sorted();
  for (auto& [key, contents] : all) {
    for (Ids& ids : contents) std::ranges::sort(ids);
    std::ranges::sort(contents);
  }
  return all;
}

Wide floor_of(Ns time, Ns length) {
  return time / length - (time % length < 0 ? 1 : 0);
}

TEST_CASE("hostile times and sources give what a batch program gives, in windows and in folds",
          "[window][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 400);
    const Ns length =
        std::vector<Ns>{10, 3'600'000'000'000, 3'000'000'000'000'000'000}[tape.below(3)];
    const Ns gap = std::vector<Ns>{1, 15, 86'400'000'000'000, Span::forever.count()}[tape.below(4)];
    const Case drawn = draw_case(tape);
    Log<int> arrived;
    ByKeyLog<std::string, Ids> windows, sessions, folds;
    ByKeyLog<std::string, Late<Value>> late;
    Dataflow flow;
    const SourceClock clock(time_of);
    const auto stream = merged(flow, drawn, arrived);
    const auto tumbling =
        stream | fold_window("windows", clock, TumblingWindow(ns(length), at_ns(0)), none, append,
                             concatenated);
    windows.end(tumbling);
    late.end(tumbling.late());
    sessions.end(stream | fold_window("sessions", clock, SessionWindow(ns(gap)), none, append,
                                      concatenated));
    folds.end(stream | fold_final("folds", none, append));
    cluster_main(flow, drawn.config);

    RC_ASSERT(late.sorted().empty());
    RC_ASSERT(sorted_ids(windows) == grouped(drawn, [&](Ns a, Ns b) {
                return floor_of(a, length) != floor_of(b, length);
              }));
    RC_ASSERT(sorted_ids(sessions) == grouped(drawn, [&](Ns a, Ns b) {
                return gap != Span::forever.count() && Wide{b} - a > gap;
              }));
    RC_ASSERT(sorted_ids(folds) == grouped(drawn, [](Ns, Ns) { return false; }));
  });
}

TEST_CASE("a source that fails or aborts ends the run, and what arrived is how its parts begin",
          "[input][oracle]") {
  check_property(150, [] {
    Tape tape = draw_tape("case", 200);
    Case drawn = draw_case(tape);
    const bool fails = tape.below(2) == 0;
    Parts& broken = drawn.sources[tape.below(drawn.sources.size())];
    broken[tape.below(broken.size())].end = fails ? End::fails : End::aborts;
    Log<int> arrived;
    Dataflow flow;
    merged(flow, drawn, arrived) | fold_final("folds", none, append) | output("out", Discard{});
    const std::string error = error_of(flow, drawn.config);
    if (fails) {
      RC_ASSERT(error.starts_with("step 'source "));
      RC_ASSERT(error.ends_with(": the source has failed"));
    } else {
      RC_ASSERT(error.empty());
    }
    std::map<int, std::size_t> place;  // by id: when it arrived
    for (const int id : arrived.entries()) RC_ASSERT(place.emplace(id, place.size()).second);
    std::size_t known = 0;
    for (const Parts& parts : drawn.sources)
      for (const HostileParts::Part& part : parts) {
        std::vector<std::size_t> places;
        for (const auto& [key, value] : part.records)
          if (const auto at = place.find(value.id); at != place.end()) places.push_back(at->second);
        known += places.size();
        RC_ASSERT(std::ranges::is_sorted(places));
        for (std::size_t i = 0; i != places.size(); ++i)
          RC_ASSERT(place.contains(part.records[i].second.id));
      }
    RC_ASSERT(known == place.size());
  });
}

}  // namespace
}  // namespace tidemark::hostile_flow_property_test
