// SPDX-License-Identifier: MIT
//
// input: which epoch a record is in, and how far a source may run ahead.
#include <tidemark/core/random.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

namespace tidemark::input_test {
namespace {

using namespace std::chrono_literals;
using tests::Discard;
using tests::InEpoch;
using tests::Log;

/// The epochs that `items` are put in.
template <typename SourcePort>
std::vector<InEpoch<int>> epochs(SourcePort source, const InputOptions& options) {
  std::optional<std::vector<InEpoch<int>>> first;
  tests::for_each_schedule([&](const Config& config) {
    Log<InEpoch<int>> log;
    Dataflow flow;
    tests::log_output(input(flow, "in", source, options), log);
    cluster_main(flow, config);
    if (!first) first = log.entries();
    REQUIRE(log.entries() == *first);
  });
  return *first;
}

TEST_CASE("epochs begin at 1, and without time or limits there is one", "[input]") {
  CHECK(epochs(TestingInput(std::vector{5, 6, 7}), {}) ==
        std::vector<InEpoch<int>>{{1, 5}, {1, 6}, {1, 7}});
}

TEST_CASE("with an interval of 0 and batches of 1 item i is in epoch i + 1", "[input]") {
  CHECK(epochs(TestingInput(std::vector{5, 6, 7}), {.epoch_interval = 0ms}) ==
        std::vector<InEpoch<int>>{{1, 5}, {2, 6}, {3, 7}});
}

TEST_CASE("with an interval of 0 a poll is an epoch, unless it gave nothing", "[input]") {
  CHECK(epochs(TestingInput(std::vector{5, 6, 7}, 2), {.epoch_interval = 0ms}) ==
        std::vector<InEpoch<int>>{{1, 5}, {1, 6}, {2, 7}});
  CHECK(epochs(tests::PartsInput<int>({{{5}, {}, {}, {6, 7}, {}, {8}}}), {.epoch_interval = 0ms}) ==
        std::vector<InEpoch<int>>{{1, 5}, {2, 6}, {2, 7}, {3, 8}});
}

TEST_CASE("an epoch ends after the poll that fills it", "[input]") {
  CHECK(epochs(TestingInput(std::vector{1, 2, 3, 4, 5}), {.epoch_items = 2}) ==
        std::vector<InEpoch<int>>{{1, 1}, {1, 2}, {2, 3}, {2, 4}, {3, 5}});
  CHECK(epochs(TestingInput(std::vector{1, 2, 3, 4, 5, 6, 7}, 3), {.epoch_items = 2}) ==
        std::vector<InEpoch<int>>{{1, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5}, {2, 6}, {3, 7}});
  CHECK(epochs(TestingInput(std::vector{1, 2, 3}, 2), {.epoch_items = 0}) ==
        std::vector<InEpoch<int>>{{1, 1}, {1, 2}, {2, 3}});
}

TEST_CASE("an interval of any length can be asked for", "[input]") {
  for (const auto interval : {std::chrono::milliseconds::max(), 24h * 365 * 1000 + 0ms})
    CHECK(epochs(TestingInput(std::vector{5, 6}), {.epoch_interval = interval}) ==
          std::vector<InEpoch<int>>{{1, 5}, {1, 6}});
  CHECK(epochs(TestingInput(std::vector{5, 6}), {.epoch_interval = -5ms}) ==
        std::vector<InEpoch<int>>{{1, 5}, {2, 6}});
}

TEST_CASE("the parts at one worker are polled in turn, in the order of their names", "[input]") {
  Log<int> log;
  Dataflow flow;
  input(flow, "in", tests::PartsInput<int>({{{1}, {2}, {3}}, {{11}, {12}}, {{21}}})) |
      inspect([&log](int n) { log.add(n); }) | output("out", Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(log.entries() == std::vector{1, 11, 21, 2, 12, 3});
}

TEST_CASE("each input begins a stream of its own, and one that nobody takes is read to its end",
          "[input]") {
  tests::for_each_schedule([](const Config& config) {
    Log<int> log;
    Dataflow flow;
    const auto take = inspect([&log](int n) { log.add(n); });
    input(flow, "first", TestingInput(std::vector{1, 2})) | take | output("out", Discard{});
    input(flow, "second", TestingInput(std::vector{3, 4}), tests::epoch_per_poll()) | take;
    cluster_main(flow, config);
    CHECK(log.sorted() == std::vector{1, 2, 3, 4});
  });
}

TEST_CASE("each part of a source has epochs of its own", "[input]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<int>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", tests::PartsInput<int>({{{10}, {11}, {12}}, {{20, 21}, {22}}, {}}),
              tests::epoch_per_poll()),
        log);
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<InEpoch<int>>{{1, 10}, {1, 20}, {1, 21}, {2, 11}, {2, 22}, {3, 12}});
  });
}

/// Gives each item when its time has come, by the clock of the run.
class TimedInput {
 public:
  using item_type = int;
  using Schedule = std::vector<std::pair<std::chrono::milliseconds, std::function<int()>>>;

  explicit TimedInput(Schedule schedule) : schedule_(std::move(schedule)) {}
  std::vector<std::string> parts() const { return {"timed"}; }
  std::unique_ptr<SourcePart<int>> open(const std::string&, const SourceContext& context) const {
    return std::make_unique<Part>(schedule_, context.now);
  }

 private:
  struct Part final : SourcePart<int> {
    Part(Schedule to_give, std::function<Clock::time_point()> clock)
        : schedule(std::move(to_give)),
          now(std::move(clock)),
          began(now()) {}

    Poll next_batch(std::vector<int>& batch) override {
      for (; next != schedule.size(); ++next) {
        const auto due = began + schedule[next].first;
        if (due > now()) return {Poll::State::wait, due};
        batch.push_back(schedule[next].second());
      }
      return {Poll::State::end, {}};
    }

    Schedule schedule;
    std::function<Clock::time_point()> now;
    Clock::time_point began;
    std::size_t next = 0;
  };
  Schedule schedule_;
};

TEST_CASE("an epoch ends when its interval is over", "[input]") {
  const auto item = [](int n) { return [n] { return n; }; };
  const TimedInput::Schedule schedule{{0ms, item(0)},    {5ms, item(5)},   {9ms, item(9)},
                                      {12ms, item(12)},  {19ms, item(19)}, {29ms, item(29)},
                                      {101ms, item(101)}};
  CHECK(epochs(TimedInput(schedule), {.epoch_interval = 10ms}) ==
        std::vector<InEpoch<int>>{{1, 0}, {1, 5}, {1, 9}, {2, 12}, {2, 19}, {3, 29}, {11, 101}});
  const TimedInput::Schedule slow{{9'999ms, item(1)}, {10'001ms, item(2)}, {20'001ms, item(3)}};
  CHECK(epochs(TimedInput(slow), {}) == std::vector<InEpoch<int>>{{1, 1}, {2, 2}, {3, 3}});
}

TEST_CASE("a silent source's epochs end, too", "[input]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<std::pair<int, std::uint64_t>>> log;
    std::size_t counted_after_10ms = 9, counted_after_1s = 9;
    Dataflow flow;
    tests::log_output(
        input(
            flow, "in",
            TimedInput(
                {{0ms, [] { return 7; }},
                 {9ms, [&] { return static_cast<int>(counted_after_10ms = log.entries().size()); }},
                 {1s, [&] { return static_cast<int>(counted_after_1s = log.entries().size()); }}}),
            {.epoch_interval = 10ms}) |
            count(),
        log);
    cluster_main(flow, config);
    CHECK(counted_after_10ms == 0);
    CHECK(counted_after_1s == 2);
  });
}

/// A step that holds epoch 1 until it gets a record of epoch `last`.
auto hold_first_epoch(std::uint64_t last) {
  return [last](Stream<Epoch, int> stream) {
    return unary<int>(
        stream, Exchange{[](int) { return std::uint64_t{0}; }}, "hold", "hold",
        [last, held = std::vector<Capability<Epoch>>()](InputPort<Epoch, int>& in,
                                                        OutputPort<Epoch, int>& out) mutable {
          in.for_each([&](Batch<Epoch, int>& batch) {
            if (batch.time == Epoch{1}) held.push_back(out.retain(batch));
            if (batch.time == Epoch{last}) held.clear();
            out.at(batch).give_all(batch.records);
          });
        },
        Interest::never, Keeps::within_epoch);
  };
}

/// How a run ends that holds epoch 1 until one of `last` comes, `ahead` epochs being allowed.
std::string error_of_holding(std::uint64_t last, std::uint64_t ahead, const Config& config) {
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<int>(20, 0)),
        {.epoch_interval = 0ms, .epochs_ahead = ahead}) |
      hold_first_epoch(last) | output("out", Discard{});
  return tests::error_of(flow, config);
}

TEST_CASE("a source may begin as many epochs as it may be ahead, and not one more",
          "[input][epochs_ahead]") {
  for (const std::uint64_t ahead : {1u, 2u, 8u})
    tests::for_each_schedule([&](const Config& config) {
      CHECK(error_of_holding(ahead, ahead, config) == "");
      CHECK_THAT(error_of_holding(ahead + 1, ahead, config), Catch::Contains("the run is stuck"));
    });
}

TEST_CASE("with a store, too, an epoch is over when its records are written",
          "[input][epochs_ahead][recovery]") {
  for (Config config : {tests::deterministic(1, 0), tests::deterministic(2, 1)}) {
    tests::MemoryStore store, other;
    config.states = &store;
    CHECK(error_of_holding(3, 3, config) == "");
    config.states = &other;
    CHECK_THAT(error_of_holding(4, 3, config), Catch::Contains("the run is stuck"));
  }
}

/// A step that keeps each epoch's records for a random while and then takes them off `open`.
auto dawdle(std::uint64_t seed, std::map<std::uint64_t, std::size_t>& open) {
  return [seed, &open](Stream<Epoch, int> stream) {
    struct Held {
      Capability<Epoch> capability;
      std::size_t records;
    };
    OperatorBuilder<Epoch> op(*stream.scope, "dawdle");
    auto& in = op.input(stream, Pipeline{});
    auto [out, dawdled] = op.template output<int>();
    op.build([&in, &out = out, &open, again = op.reactivate(),
              random = Random(seed + stream.scope->worker().index()),
              held = std::vector<Held>()]() mutable {
      in.for_each([&](Batch<Epoch, int>& batch) {
        held.push_back({out.retain(batch), batch.records.size()});
      });
      if (held.empty()) return;
      if (random.below(4) == 0) {
        const std::size_t one = random.below(held.size());
        open[held[one].capability.time().value] -= held[one].records;
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(one));
      }
      again();
    });
    return dawdled;
  };
}

TEST_CASE("a source never runs further ahead than it may, and runs as far as that",
          "[input][epochs_ahead]") {
  for (const std::uint64_t ahead : {1u, 3u, 8u}) {
    std::uint64_t longest_lead = 0;
    tests::for_each_schedule([&](const Config& config) {
      std::map<std::uint64_t, std::size_t> open;  // records that have been read and are not done
      const std::vector<std::vector<int>> polls(40, {1, 2, 3});
      Dataflow flow;
      input(flow, "in", tests::PartsInput<int>({polls, polls}),
            {.epoch_interval = 0ms, .epochs_ahead = ahead}) |
          inspect_epoch([&](const Epoch& epoch, int) {
            ++open[epoch.value];
            std::erase_if(open, [](const auto& entry) { return entry.second == 0; });
            longest_lead = std::max(longest_lead, epoch.value - open.begin()->first + 1);
          }) |
          redistribute() | dawdle(config.seed, open) | output("out", Discard{});
      cluster_main(flow, config);
      REQUIRE(longest_lead <= ahead);
    });
    CHECK(longest_lead == ahead);
  }
}

TEST_CASE("an input that may not run ahead at all is refused", "[input][epochs_ahead]") {
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector{1}), {.epochs_ahead = 0}) | output("out", Discard{});
  CHECK_THROWS_AS(flow.describe(), ConfigError);
  CHECK_THAT(tests::error_of(flow, tests::deterministic(1, 0)),
             Catch::Contains("'in'") && Catch::Contains("at least 1"));
}

/// A source that counts who asks for its parts.
struct Asked {
  using item_type = int;
  int* times;

  struct Part final : SourcePart<int> {
    Poll next_batch(std::vector<int>&) override { return {Poll::State::end, {}}; }
  };
  std::vector<std::string> parts() const {
    ++*times;
    return {"0", "1"};
  }
  std::unique_ptr<SourcePart<int>> open(const std::string&, const SourceContext&) const {
    return std::make_unique<Part>();
  }
};

TEST_CASE("each worker asks a source once for its parts", "[input]") {
  int times = 0;
  Dataflow flow;
  input(flow, "in", Asked{&times}) | output("out", Discard{});
  cluster_main(flow, tests::deterministic(7, 0));
  CHECK(times == 7);
}

/// A source that cannot be read: not at all, or not to the end.
struct Broken {
  using item_type = int;
  bool opens = false;

  struct Part final : SourcePart<int> {
    Poll next_batch(std::vector<int>&) override { throw std::runtime_error("out of paper"); }
  };
  std::vector<std::string> parts() const { return {"0", "1"}; }
  std::unique_ptr<SourcePart<int>> open(const std::string&, const SourceContext&) const {
    if (!opens) throw std::runtime_error("no such printer");
    return std::make_unique<Part>();
  }
};

TEST_CASE("a source that fails ends the run and names the input", "[input][error]") {
  tests::for_each_schedule([](const Config& config) {
    for (const bool opens : {false, true}) {
      Dataflow flow;
      input(flow, "reader", Broken{opens}) | output("out", Discard{});
      const std::string error = tests::error_of(flow, config);
      CHECK_THAT(error, Catch::StartsWith("step 'reader' failed on worker "));
      CHECK_THAT(error, Catch::EndsWith(opens ? "out of paper" : "no such printer"));
    }
  });
}

}  // namespace
}  // namespace tidemark::input_test
