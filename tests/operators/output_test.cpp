// SPDX-License-Identifier: MIT
//
// output: records go to a sink, and on; what a dataflow must have; how records are printed.
#include <tidemark/core/print_item.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <thread>

namespace tidemark::output_test {
namespace {

using tests::Discard;
using tests::InEpoch;
using tests::Log;

/// A sink that logs "<worker> <what happens>"; at worker 0 alone if `one`.
template <bool one>
struct Watched {
  static constexpr bool single = one;
  Log<std::string>* log;

  template <typename Item>
  struct Part final : SinkPart<Item> {
    Part(Log<std::string>& to, std::uint32_t at) : log(&to), worker(std::to_string(at)) {
      log->add(worker + " opens");
    }
    void write_batch(const std::vector<Item>& batch) override {
      for (const Item& item : batch) log->add(worker + " writes " + std::to_string(item));
    }
    void close() override { log->add(worker + " closes"); }
    Log<std::string>* log;
    std::string worker;
  };
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t worker) const {
    return std::make_unique<Part<Item>>(*log, worker);
  }
};

TEST_CASE("output passes on what it has written, in its epoch", "[output]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<int> first, second;
    Log<InEpoch<int>> log;
    Log<std::string> single;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", TestingInput(std::vector{1, 2, 3}), tests::epoch_per_poll()) |
            output("first", TestingOutput(first)) | map([](int n) { return 10 * n; }) |
            output("single", Watched<true>{&single}) |
            inspect([&single](int n) { single.add("passes " + std::to_string(n)); }) |
            output("second", TestingOutput(second)),
        log);
    cluster_main(flow, config);
    CHECK(first == std::vector{1, 2, 3});
    CHECK(single.entries() == std::vector<std::string>{"0 opens", "0 writes 10", "passes 10",
                                                       "0 writes 20", "passes 20", "0 writes 30",
                                                       "passes 30", "0 closes"});
    CHECK(second == std::vector{10, 20, 30});
    CHECK(log.entries() == std::vector<InEpoch<int>>{{1, 10}, {2, 20}, {3, 30}});
  });
}

TEST_CASE("every worker has its own end of a sink, and closes it once", "[output]") {
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", tests::PartsInput<int>({{{0}}, {{1}}, {{2}}})) |
      output("out", Watched<false>{&log});
  cluster_main(flow, tests::deterministic(3, 7));
  CHECK(log.sorted() == std::vector<std::string>{"0 closes", "0 opens", "0 writes 0",  //
                                                 "1 closes", "1 opens", "1 writes 1",  //
                                                 "2 closes", "2 opens", "2 writes 2"});
}

TEST_CASE("a sink that is single gets all records at worker 0, epoch by epoch", "[output]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::string> log;
    Dataflow flow;
    std::vector<std::vector<int>> a, b;
    for (int epoch = 1; epoch != 10; ++epoch) a.push_back({epoch}), b.push_back({epoch});
    input(flow, "in", tests::PartsInput<int>({a, b}), tests::epoch_per_poll()) | redistribute() |
        output("out", Watched<true>{&log});
    cluster_main(flow, config);
    std::vector<std::string> expected{"0 opens"};
    for (int epoch = 1; epoch != 10; ++epoch)
      expected.insert(expected.end(), 2, "0 writes " + std::to_string(epoch));
    expected.push_back("0 closes");
    CHECK(log.entries() == expected);
  });
}

TEST_CASE("a sink is opened and closed if nothing comes, and not closed if the run fails",
          "[output]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::string> log;
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<int>{})) | output("out", Watched<true>{&log});
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<std::string>{"0 opens", "0 closes"});

    Log<std::string> failed;
    Dataflow failing;
    input(failing, "in", TestingInput(std::vector{1, 2, 3}), tests::epoch_per_poll()) |
        output("out", Watched<true>{&failed}) | map([](int n) {
          if (n == 2) throw std::runtime_error("two");
          return n;
        });
    CHECK(tests::error_of(failing, config) != "");
    CHECK(failed.entries() == std::vector<std::string>{"0 opens", "0 writes 1", "0 writes 2"});
  });
}

/// A sink of parts, of which a number belongs in the one of its number; logs "<part> at <worker>".
struct Numbered {
  int count;
  Log<std::pair<std::string, std::vector<int>>>* log;

  template <typename Item>
  struct Part final : SinkPart<Item> {
    void write_batch(const std::vector<Item>& batch) override { log->add({name, batch}); }
    Log<std::pair<std::string, std::vector<int>>>* log = nullptr;
    std::string name;
  };
  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (int p = 0; p != count; ++p) names.push_back("part_" + std::to_string(p));
    return names;
  }
  std::uint64_t part_of(int n) const { return static_cast<std::uint64_t>(n); }
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string& name,
                                            const SinkContext& context) const {
    auto part = std::make_unique<Part<Item>>();
    part->log = log;
    part->name = name + " at " + std::to_string(context.worker);
    log->add({part->name, {}});
    return part;
  }
};

TEST_CASE(
    "a sink with parts has each record written by its part's worker, and passed on from there",
    "[output]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::pair<std::string, std::vector<int>>> log;
    Log<std::pair<int, std::uint32_t>> passed;
    Dataflow flow;
    input(flow, "in", tests::PartsInput<int>({{{2, 10, 14}, {10}}, {{10, 2}, {22, 2}}}),
          tests::epoch_per_poll()) |
        output("parts", Numbered{12, &log}) | inspect_worker([&](int n, std::uint32_t worker) {
          passed.add({n, worker});
        }) |
        output("out", Discard{});
    cluster_main(flow, config);
    // 12 parts: 2 and 14 go to part 2, 10 and 22 to part 10; the other ten are never opened.
    std::map<std::string, std::vector<int>> written;
    for (const auto& [part, batch] : log.entries())
      written[part].insert(written[part].end(), batch.begin(), batch.end());
    REQUIRE(written.size() == 2);
    std::map<int, std::uint32_t> home;
    for (auto& [part, numbers] : written) {
      const int number = part.starts_with("part_2 ") ? 2 : 10;
      CHECK_THAT(part, Catch::StartsWith("part_" + std::to_string(number) + " at "));
      home[number] = static_cast<std::uint32_t>(std::stoul(part.substr(part.rfind(' '))));
      std::sort(numbers.begin(), numbers.end() - (number == 2 ? 1 : 2));  // those of epoch 1
      std::sort(numbers.end() - (number == 2 ? 1 : 2), numbers.end());
      CHECK(numbers == (number == 2 ? std::vector{2, 2, 14, 2} : std::vector{10, 10, 10, 22}));
    }
    for (const auto& [n, worker] : passed.entries()) CHECK(worker == home[n % 12]);
    CHECK(passed.entries().size() == 8);
  });
}

TEST_CASE("a sink without parts is refused", "[output][error]") {
  Log<std::pair<std::string, std::vector<int>>> log;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<int>{})) | output("none", Numbered{0, &log});
  CHECK_THROWS_WITH(flow.describe(), "output 'none': the sink has no part that it could write to");
}

/// A sink that cannot write, or cannot close.
struct Jammed {
  static constexpr bool single = true;
  bool writes = false;

  template <typename Item>
  struct Part final : SinkPart<Item> {
    explicit Part(bool may_write) : writes(may_write) {}
    void write_batch(const std::vector<Item>&) override {
      if (!writes) throw std::runtime_error("paper jam");
    }
    void close() override { throw std::runtime_error("lid open"); }
    bool writes;
  };
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>(writes);
  }
};

TEST_CASE("a sink that fails ends the run and names the output", "[output][error]") {
  tests::for_each_schedule([](const Config& config) {
    const auto error_with = [&](bool writes) {
      Dataflow flow;
      input(flow, "in", TestingInput(std::vector{1, 2}), tests::epoch_per_poll()) |
          output("printer", Jammed{writes});
      return tests::error_of(flow, config);
    };
    CHECK(error_with(false) == "step 'printer' failed on worker 0 at timestamp 1: paper jam");
    CHECK(error_with(true) == "step 'printer' failed on worker 0: lid open");
  });
}

TEST_CASE("TestingOutput adds to what is there", "[output]") {
  std::vector<long> results{7};
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<int>{1, 2})) | output("out", TestingOutput(results));
  run_main(flow);
  run_main(flow);
  CHECK(results == std::vector<long>{7, 1, 2, 1, 2});
}

TEST_CASE("a dataflow without an input or an output is refused when it runs", "[output][error]") {
  Dataflow empty;
  CHECK_THROWS_WITH(run_main(empty), Catch::Contains("input"));
  CHECK_THROWS_AS(run_main(empty), DataflowError);
  Dataflow endless;
  input(endless, "in", TestingInput(std::vector{1})) | map([](int n) { return n; });
  CHECK_THROWS_WITH(run_main(endless), Catch::Contains("output"));
  CHECK_THROWS_AS(endless.describe(), DataflowError);
}

TEST_CASE("run_main has one worker, in the thread that calls it, and throws what a step throws",
          "[output][error]") {
  std::set<std::pair<std::thread::id, std::uint32_t>> seen;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector{1, 2})) |
      inspect_worker("look",
                     [&seen](int n, std::uint32_t worker) {
                       seen.emplace(std::this_thread::get_id(), worker);
                       if (n == 2) throw std::out_of_range("two");
                     }) |
      output("out", Discard{});
  CHECK_THROWS_WITH(run_main(flow), "step 'look' failed on worker 0 at timestamp 1: two");
  CHECK(seen ==
        std::set<std::pair<std::thread::id, std::uint32_t>>{{std::this_thread::get_id(), 0}});
}

TEST_CASE("run_main keeps to its Config, but has one worker", "[output][error]") {
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector{1})) | output("out", Discard{});
  Trace trace;
  run_main(flow, {.executor = ExecutorKind::deterministic, .trace = &trace});
  CHECK_FALSE(trace.bytes().empty());
  CHECK_THROWS_WITH(run_main(flow, {.workers = 2}), Catch::Contains("has one worker, not 2"));
}

TEST_CASE("two steps with one id are refused", "[output][error]") {
  Dataflow flow;
  input(flow, "twin", TestingInput(std::vector{1})) | output("twin", Discard{});
  CHECK_THROWS_AS(run_main(flow), DataflowError);
  CHECK_THROWS_WITH(run_main(flow), Catch::Contains("'twin'"));
}

template <typename Item>
std::string printed(const Item& item) {
  std::ostringstream out;
  print_item(out, item);
  return out.str();
}

struct Point {
  int x = 0, y = 0;
  friend std::ostream& operator<<(std::ostream& out, const Point& p) {
    return out << p.x << '|' << p.y;
  }
};

TEST_CASE(
    "text sinks print what << prints, pairs and tuples in brackets, and what is not there as none",
    "[print_item]") {
  CHECK(printed(12) == "12");
  CHECK(printed(std::string("a \"b\"")) == "a \"b\"");
  CHECK(printed(Point{1, 2}) == "1|2");
  CHECK(printed(std::pair(1, std::string("x"))) == "(1, x)");
  CHECK(printed(std::pair(std::pair('a', 2.5), Point{3, 4})) == "((a, 2.5), 3|4)");
  CHECK(printed(std::tuple(1, std::string("x"), std::pair(2, 3))) == "(1, x, (2, 3))");
  CHECK(printed(std::tuple()) == "()");
  CHECK(printed(std::pair(1, std::tuple(std::optional(2.5), std::optional<Point>()))) ==
        "(1, (2.5, none))");
}

}  // namespace
}  // namespace tidemark::output_test
