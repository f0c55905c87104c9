// SPDX-License-Identifier: MIT
//
// Files that are read as they grow, are replaced and are cut off.
#include <tidemark/core/process.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>

#include <tests/operators/compressed.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <filesystem>
#include <fstream>
#include <semaphore>
#include <thread>

namespace tidemark::followed_file_test {
namespace {

using Lines = std::vector<std::string>;
using tests::Log;
constexpr FileOptions following{.follow = true};

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

/// Follows `path` until the line "stop", which is appended after `write`. That calls `came(n)` to
/// wait until n lines have come.
Lines follow(const std::string& path,
             const std::function<void(std::function<void(std::size_t)>)>& write,
             const FileOptions& options = following, StateStore* store = nullptr,
             ExecutorKind executor = ExecutorKind::threads) {
  tests::Watchdog watchdog("a file is followed");
  Log<std::string> log;
  Dataflow flow;
  const auto log_until_stop = [&log](FlowStream<std::string> stream) {
    return stream.flow->apply(
        [&log](Stream<Epoch, std::string> lines) {
          Process& process = lines.scope->worker().process();
          return lines | inspect("log", [&log, &process](const std::string& line) {
                   if (line == "stop") return process.request_stop();
                   log.add(line);
                 });
        },
        stream);
  };
  input(flow, "lines", FileInput(path, options)) | log_until_stop | output("out", tests::Discard{});
  {
    const std::jthread writer([&] {
      write([&](std::size_t lines) {
        if (!log.wait_for(lines)) std::abort();
      });
      append(path, "stop\n");
    });
    CHECK_THROWS_AS(
        cluster_main(flow, {.workers = 2, .threads = 2, .executor = executor, .states = store}),
        Interrupted);
  }
  return log.entries();
}

/// The error that following `path` ends with.
std::string error_of(const std::string& path,
                     const Config& config = {.executor = ExecutorKind::threads}) {
  Dataflow flow;
  input(flow, "lines", FileInput(path, following)) | output("out", tests::Discard{});
  return tests::error_of(flow, config);
}

TEST_CASE("a file that is followed gives its lines as they are written") {
  for (const ExecutorKind executor : tests::real_executors()) {
    const tests::Directory directory;
    const std::string path = directory.write("log", "one\n");
    const Lines lines = follow(
        path,
        [&](const auto& came) {
          came(1);
          append(path, "two\nthr");
          came(2);
          append(path, "ee\n");
          came(3);
        },
        following, nullptr, executor);
    CHECK(lines == Lines{"one", "two", "three"});
  }
}

TEST_CASE("a file that is followed need not be there yet, nor what its link leads to") {
  const tests::Directory directory;
  const std::string path = directory / "log";
  std::filesystem::create_symlink("target", path);
  CHECK(follow(path, [&](const auto& came) {
          append(path, "one\n");
          came(1);
        }) == Lines{"one"});
}

TEST_CASE("a file that takes the place of one that is followed is read when that is at its end") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\n"), old = directory / "log.1";
  CHECK(follow(path, [&](const auto& came) {
          came(1);
          append(path, "two\n");
          std::filesystem::rename(path, old);
          append(old, "three");  // whoever writes has it open still
          append(path, "four\n");
          came(4);
          std::filesystem::remove(path);
          append(path, "five\nsix\n");
          came(6);
          // The new one is complete before it has the name.
          std::filesystem::rename(directory.write("new", "seven\n"), path);
          came(7);
        }) == Lines{"one", "two", "three", "four", "five", "six", "seven"});
}

TEST_CASE("a file that is followed and cut off is read from its beginning") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\ntwo\n");
  CHECK(follow(path, [&](const auto& came) {
          came(2);
          directory.write("log", "3\n");
          came(3);
          append(path, "four\n");
          came(4);
        }) == Lines{"one", "two", "3", "four"});
}

TEST_CASE("a link that leads to another file is followed to it") {
  const tests::Directory directory;
  std::filesystem::create_directory(directory / "targets");
  const std::string first = directory.write("targets/1", "one\n");
  const std::string second = directory.write("targets/2", "two\n");
  const std::string path = directory / "log";
  std::filesystem::create_symlink(first, path);
  CHECK(follow(path, [&](const auto& came) {
          came(1);
          std::filesystem::create_symlink(second, directory / "next");
          std::filesystem::rename(directory / "next", path);
          came(2);
          append(second, "three\n");
          came(3);
        }) == Lines{"one", "two", "three"});
}

TEST_CASE("any link on the way to a file that is followed may come to lead elsewhere") {
  const tests::Directory directory;
  const auto link = [&](const std::string& to, const std::string& name) {
    std::filesystem::create_symlink(to, directory / "next");
    std::filesystem::rename(directory / "next", directory / name);
  };
  for (const std::string name : {"1", "2", "links"})
    std::filesystem::create_directory(directory / name);
  const std::string second = directory.write("2/log", "two\n");
  link("1", "current");
  link("../current/log", "links/link");  // which leads nowhere yet
  link("links/link", "log");
  CHECK(follow(directory / "log", [&](const auto& came) {
          directory.write("1/log", "one\n");
          came(1);
          link("2", "current");
          came(2);
          directory.write("other", "three\n");
          link("../other", "links/link");
          came(3);
        }) == Lines{"one", "two", "three"});
}

TEST_CASE("a file that is followed is gone on with, and known when it was replaced meanwhile") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\ntw");
  tests::MemoryStore first;
  const Lines begun = follow(
      path,
      [&](const auto& came) {
        came(1);
        append(path, "o\n");
        came(2);
      },
      following, &first);
  CHECK(begun == Lines{"one", "two"});
  append(path, "three\n");
  const auto second = first.going_on_with(first.last_epoch() + 1);
  CHECK(follow(
            path, [&](const auto& came) { came(1); }, following, second.get()) == Lines{"three"});

  directory.write("log", "another\n");
  const auto third = first.going_on_with(first.last_epoch() + 1);
  Config config{.executor = ExecutorKind::threads, .states = third.get()};
  CHECK_THAT(error_of(path, config), Catch::Contains("where an earlier run ended: it "));
  const auto fourth = first.going_on_with(first.last_epoch() + 1);
  CHECK(follow(
            path, [&](const auto& came) { came(1); }, {.follow = true, .rotated = Rotated::restart},
            fourth.get()) == Lines{"another"});
}

/// Polls a part until `is_enough`, whenever it says that there is something.
template <typename Item>
class Poller {
 public:
  template <typename Source>
  Poller(const Source& source, std::function<void(BadRecord)> on_bad = {})
      : part_(source.open(source.parts()[0],
                          {.wake = [this] { woken_.release(); }, .on_bad = std::move(on_bad)})) {}

  const SourcePart<Item>& until(const std::function<bool()>& is_enough) {
    for (;; woken_.acquire()) {
      while (part_->next_batch(items_).state == Poll::State::more) {
      }
      if (is_enough()) return *part_;
    }
  }
  const SourcePart<Item>& part() const { return *part_; }
  const std::vector<Item>& items() const { return items_; }

 private:
  std::counting_semaphore<> woken_{0};
  std::vector<Item> items_;
  std::unique_ptr<SourcePart<Item>> part_;
};

TEST_CASE("a file without lines that took the place of one that is followed is gone on with") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\n");
  tests::Watchdog watchdog("a file without lines");
  std::optional<std::string> position;
  {
    Poller<std::string> poller(FileInput(path, following));
    poller.until([&] { return poller.items().size() == 1; });
    const auto before = poller.part().position();
    std::filesystem::rename(directory.write("new", ""), path);
    position = poller.until([&] { return poller.part().position() != before; }).position();
  }
  append(path, "two\n");
  const auto part = FileInput(path).open(path, {.resume_at = position});
  Lines lines;
  part->next_batch(lines);
  CHECK(lines == Lines{"two"});
}

TEST_CASE("lines are counted anew in a file that takes the place of one that is followed") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "1\nx\n");
  tests::Watchdog watchdog("lines are counted anew");
  std::vector<std::uint64_t> bad;
  Poller<nlohmann::json> poller(JSONLinesInput(path, following),
                                [&](const BadRecord& record) { bad.push_back(record.line); });
  poller.until([&] { return bad.size() == 1; });
  append(path, "y");
  std::filesystem::rename(directory.write("new", "x\n2\nx\n"), path);
  poller.until([&] { return bad.size() == 4; });
  directory.write("log", "x\n");
  poller.until([&] { return bad.size() == 5; });
  CHECK(bad == std::vector<std::uint64_t>{2, 3, 1, 3, 1});
}

TEST_CASE("what cannot be followed is an error that says why") {
  const tests::Directory directory;
  CHECK_THAT(error_of(directory / ""), Catch::EndsWith("Is a directory"));
  CHECK_THAT(error_of(directory / "none/log"),
             Catch::EndsWith("none' cannot be watched: No such file or directory"));
  CHECK_THAT(error_of("-"), Catch::EndsWith("cannot follow standard input: it has no name"));
  CHECK_THAT(error_of("/dev/null"), Catch::EndsWith("it is not a regular file"));
  CHECK_THAT(error_of(directory.write("log.gz", tests::gzip("one\n"))),
             Catch::Contains("it is compressed"));
  CHECK_THAT(error_of(directory.write("log", ""), tests::deterministic(1, 0)),
             Catch::Contains("the deterministic executor has no time"));
}

TEST_CASE("a file whose directory is removed while it is followed is an error") {
  const tests::Directory directory;
  std::filesystem::create_directory(directory / "logs");
  const std::string path = directory.write("logs/log", "one\n");
  tests::Watchdog watchdog("a file whose directory is removed");
  Dataflow flow;
  input(flow, "lines", FileInput(path, following)) |
      inspect([&](const std::string&) { std::filesystem::remove_all(directory / "logs"); }) |
      output("out", tests::Discard{});
  CHECK_THAT(tests::error_of(flow, {.executor = ExecutorKind::threads}),
             Catch::EndsWith("its directory was removed or renamed"));
}

}  // namespace
}  // namespace tidemark::followed_file_test
