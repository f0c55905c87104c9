// SPDX-License-Identifier: MIT
//
// FileInput on a pipe: lines come when they are written, and silence stops nobody.
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tidemark::file_pipe_test {
namespace {

using tests::Log;

/// A named pipe, open for writing until it is closed.
class Fifo {
 public:
  explicit Fifo(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("cannot make a pipe");
    fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);  // does not wait for a reader
  }
  ~Fifo() { close(); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  const std::string& path() const { return path_; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0) throw std::runtime_error("cannot write to a pipe");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  std::string path_;
  int fd_ = -1;
};

/// Every executor, and with it every way to wait.
std::vector<Config> configs() {
  std::vector<Config> configs;
  for (const ExecutorKind executor : tests::real_executors())
    for (const std::uint32_t threads : {1u, 2u})
      configs.push_back({.workers = 2, .threads = threads, .executor = executor});
  return configs;
}

TEST_CASE("rows of CSV and JSON values come out of a pipe, however many they are, at any speed",
          "[file_input][pipe][csv][json]") {
  for (const Config& config : configs())
    for (const std::size_t rows : {1u, 9u, 10u, 11u, 3000u}) {
      INFO(tests::to_text(config) << ", " << rows << " rows");
      tests::Watchdog watchdog("rows out of a pipe");
      const tests::Directory directory;
      Fifo csv(directory / "csv"), json(directory / "json");
      Log<int> of_csv, of_json;
      Dataflow flow;
      input(flow, "csv", CSVInput(csv.path(), 10)) |
          inspect([&](const CsvRow&) { of_csv.add(1); }) | output("a", tests::Discard{});
      input(flow, "json", JSONLinesInput(json.path(), 10)) |
          inspect([&](const nlohmann::json&) { of_json.add(1); }) | output("b", tests::Discard{});
      bool all_came = false;
      {
        const std::jthread writer([&] {
          csv.write("a,b\n");
          for (std::size_t row = 0; row != rows; ++row) {
            csv.write(std::to_string(row) + ",x\n");
            json.write("[1]\n");
          }
          all_came = of_csv.wait_for(rows) && of_json.wait_for(rows);
          csv.close();
          json.close();
        });
        cluster_main(flow, config);
      }
      CHECK(all_came);
      CHECK(of_csv.entries().size() == rows);
      CHECK(of_json.entries().size() == rows);
    }
}

TEST_CASE("an output that cannot be written is told before anything is read",
          "[sink][pipe][error]") {
  for (const Config& config : configs()) {
    tests::Watchdog watchdog("an output that cannot be written");
    const tests::Directory directory;
    const Fifo silent(directory / "fifo");
    for (const std::string& path : {directory / "nowhere/out", directory / ""}) {
      Dataflow flow;
      input(flow, "lines", FileInput(silent.path())) | output("out", FileOutput(path));
      CHECK_THROWS_WITH(cluster_main(flow, config),
                        Catch::Contains("step 'out' failed") && Catch::Contains("cannot write"));
    }
  }
}

TEST_CASE("a source that gives nothing is the cause, with how long it has been silent",
          "[file_input][pipe][explain]") {
  for (Config config : configs()) {
    tests::Watchdog watchdog("a source that gives nothing");
    const tests::Directory directory;
    Fifo fifo(directory / "fifo");
    fifo.write("one\n");
    std::string text;
    config.explain.still = std::chrono::milliseconds(1);
    config.explain.report = [&](const std::vector<Explanation>& explanations) {
      for (const Explanation& each : explanations) text += to_text(each) + "\n";
      fifo.close();  // so that the run ends
    };
    Dataflow flow;
    input(flow, "lines", FileInput(fifo.path())) | output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK_THAT(text, Catch::Contains("lines.out0 holds") &&
                         Catch::Contains("; its source has given nothing for "));
  }
}

TEST_CASE("a pipe's lines come out while it is still open", "[file_input][pipe]") {
  for (const Config& config : configs()) {
    const tests::Directory directory;
    Fifo fifo(directory / "fifo");
    Log<std::string> log;
    Dataflow flow;
    input(flow, "lines", FileInput(fifo.path())) |
        inspect([&log](const std::string& line) { log.add(line); }) |
        output("out", tests::Discard{});
    std::vector<bool> came;
    {
      const std::jthread writer([&] {
        fifo.write("on");
        fifo.write("e\n\ntw");
        came.push_back(log.wait_for(2));
        fifo.write("o\r\n");
        came.push_back(log.wait_for(3));
        fifo.write("three");
        fifo.close();
      });
      cluster_main(flow, config);
    }
    CHECK(came == std::vector{true, true});
    CHECK(log.entries() == std::vector<std::string>{"one", "", "two\r", "three"});
  }
}

TEST_CASE("rows of CSV come out of a pipe while it is still open", "[csv][pipe]") {
  for (const Config& config : configs()) {
    const tests::Directory directory;
    Fifo fifo(directory / "fifo");
    Log<CsvRow> log;
    Dataflow flow;
    input(flow, "rows", CSVInput(fifo.path())) |
        inspect([&log](const CsvRow& row) { log.add(row); }) | output("out", tests::Discard{});
    std::vector<bool> came;
    {
      const std::jthread writer([&] {
        fifo.write("a,b\n1,2\n\"3\n");
        came.push_back(log.wait_for(1));
        fifo.write("3\",");
        fifo.write("4\r\n");
        came.push_back(log.wait_for(2));
        fifo.write("5,6");
        fifo.close();
      });
      cluster_main(flow, config);
    }
    CHECK(came == std::vector{true, true});
    CHECK(log.entries() == std::vector<CsvRow>{{{"a", "1"}, {"b", "2"}},
                                               {{"a", "3\n3"}, {"b", "4"}},
                                               {{"a", "5"}, {"b", "6"}}});
  }
}

TEST_CASE("JSON values come out of a pipe while it is still open", "[json][pipe]") {
  for (const Config& config : configs()) {
    const tests::Directory directory;
    Fifo fifo(directory / "fifo");
    Log<std::string> log;
    Dataflow flow;
    input(flow, "values", JSONLinesInput(fifo.path())) |
        inspect([&log](const nlohmann::json& value) { log.add(value.dump()); }) |
        output("out", tests::Discard{});
    bool came = false;
    {
      const std::jthread writer([&] {
        fifo.write("[1]\n[2");
        came = log.wait_for(1);
        fifo.write("]");
        fifo.close();
      });
      cluster_main(flow, config);
    }
    CHECK(came);
    CHECK(log.entries() == std::vector<std::string>{"[1]", "[2]"});
  }
}

TEST_CASE("a pipe that is written faster than it is read loses nothing", "[file_input][pipe]") {
  constexpr int lines = 250'000;  // more than are read ahead
  for (const Config& config : configs()) {
    const tests::Directory directory;
    Fifo fifo(directory / "fifo");
    int next = 0;
    bool in_order = true;
    Dataflow flow;
    input(flow, "lines", FileInput(fifo.path()), {.epoch_items = 1000, .epochs_ahead = 1}) |
        inspect([&](const std::string& line) {
          in_order = in_order && line == std::to_string(next++);
        }) |
        output("out", tests::Discard{});
    {
      const std::jthread writer([&] {
        std::string text;
        for (int n = 0; n != lines; ++n) {
          text += std::to_string(n) + '\n';
          if (text.size() < 100'000) continue;
          fifo.write(text);
          text.clear();
        }
        fifo.write(text);
        fifo.close();
      });
      cluster_main(flow, config);
    }
    CHECK(in_order);
    CHECK(next == lines);
  }
}

TEST_CASE("a run ends with an error though a pipe stays open, or has nobody at its other end",
          "[file_input][pipe]") {
  for (const Config& config : configs())
    for (const bool open : {true, false}) {
      const tests::Directory directory;
      Fifo fifo(directory / "fifo");
      if (!open) fifo.close();
      Dataflow flow;
      const auto fail = [](const std::string& line) {
        if (line == "boom") throw std::runtime_error("it exploded");
      };
      // The second part is read by the other worker, and fails while the pipe is silent.
      const auto boom = input(flow, "boom", tests::PartsInput<std::string>({{}, {{"boom"}}}));
      merge(input(flow, "silent", FileInput(fifo.path())), boom) | inspect("fuse", fail) |
          output("out", tests::Discard{});
      CHECK_THAT(tests::error_of(flow, config), Catch::EndsWith("it exploded"));
    }
}

TEST_CASE("a step that fails on what came through a pipe ends the run", "[file_input][pipe]") {
  for (const Config& config : configs()) {
    const tests::Directory directory;
    const Fifo fifo(directory / "fifo");
    fifo.write("fine\nboom\nmore");
    Dataflow flow;
    input(flow, "lines", FileInput(fifo.path())) | inspect([](const std::string& line) {
      if (line == "boom") throw std::runtime_error("it exploded");
    }) | output("out", tests::Discard{});
    CHECK_THAT(tests::error_of(flow, config), Catch::EndsWith("it exploded"));
  }
}

TEST_CASE("the epochs of a silent pipe end and do not hold back another input",
          "[file_input][pipe]") {
  const tests::Directory directory;
  Fifo fifo(directory / "fifo");
  Log<int> log;
  Dataflow flow;
  const auto numbers = input(flow, "numbers", TestingInput(std::vector<int>(30, 1)),
                             {.epoch_interval = std::chrono::milliseconds(0), .epochs_ahead = 2});
  numbers | inspect([&log](int n) { log.add(n); }) | output("out", tests::Discard{});
  input(flow, "silent", FileInput(fifo.path()), {.epoch_interval = std::chrono::milliseconds(1)}) |
      output("lines", tests::Discard{});
  bool all_came = false;
  {
    const std::jthread writer([&] {
      all_came = log.wait_for(30);
      fifo.close();
    });
    cluster_main(flow, {.workers = 2, .threads = 2, .executor = ExecutorKind::threads});
  }
  CHECK(all_came);
}

TEST_CASE("the deterministic executor reads a pipe to its end", "[file_input][pipe]") {
  const tests::Directory directory;
  const std::string path = directory / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  Log<std::string> log;
  Dataflow flow;
  input(flow, "lines", FileInput(path)) |
      inspect([&log](const std::string& line) { log.add(line); }) | output("out", tests::Discard{});
  {
    const std::jthread writer([&] {
      const int fd = ::open(path.c_str(), O_WRONLY);  // waits for the reader, who waits for us
      const std::string text = "one\ntwo";
      if (::write(fd, text.data(), text.size()) < 0) std::abort();
      ::close(fd);
    });
    cluster_main(flow, tests::deterministic(2, 0));
  }
  CHECK(log.entries() == std::vector<std::string>{"one", "two"});
}

}  // namespace
}  // namespace tidemark::file_pipe_test
