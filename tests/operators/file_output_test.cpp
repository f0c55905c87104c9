// SPDX-License-Identifier: MIT
//
// FileOutput: a whole file at the end of a run that went well, and no file otherwise.
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tidemark::file_output_test {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

template <typename Item>
std::string error_of_writing(std::vector<Item> items, const FileOutput& file,
                             const Config& config = tests::deterministic(2, 0)) {
  Dataflow flow;
  input(flow, "in", TestingInput(std::move(items))) | output("file", file);
  try {
    cluster_main(flow, config);
    return "";
  } catch (const StepError& error) {
    CHECK(error.step() == "file");
    CHECK_THROWS_AS(std::rethrow_if_nested(error), FileError);
    return error.what();
  }
}

TEST_CASE("a file gets a line for each record", "[file_output]") {
  const tests::Directory directory;
  CHECK(error_of_writing(std::vector{1, 20, 3}, FileOutput(directory / "numbers")) == "");
  CHECK(directory.read("numbers") == "1\n20\n3\n");
  CHECK(error_of_writing(std::vector<std::string>{"a", "", "b\n"},
                         FileOutput(directory / "texts", ";")) == "");
  CHECK(directory.read("texts") == "a;;b\n;");
  CHECK(directory.names() == Names{"numbers", "texts"});
}

TEST_CASE("of a pair a file gets the value", "[file_output]") {
  const tests::Directory directory;
  using Pair = std::pair<std::string, std::pair<int, char>>;
  CHECK(error_of_writing(std::vector<Pair>{{"key", {1, 'a'}}, {"k", {2, 'b'}}},
                         FileOutput(directory / "pairs")) == "");
  CHECK(directory.read("pairs") == "(1, a)\n(2, b)\n");
}

TEST_CASE("a run without records leaves an empty file", "[file_output]") {
  const tests::Directory directory;
  CHECK(error_of_writing(std::vector<int>{}, FileOutput(directory / "empty")) == "");
  CHECK(directory.names() == Names{"empty"});
  CHECK(directory.read("empty") == "");
}

TEST_CASE("nothing stands under the final name before the end", "[file_output]") {
  tests::for_each_schedule([](const Config& config) {
    const tests::Directory directory;
    int seen = 0, early = 0;
    std::vector<int> numbers(50'000, 1234567);  // more than is kept in memory
    Dataflow flow;
    input(flow, "in", TestingInput(numbers, 5'000), tests::epoch_per_poll()) |
        output("file", FileOutput(directory / "numbers")) | inspect([&](int) {
          if (++seen % 1'000 == 0) early += fs::exists(directory / "numbers") ? 1 : 0;
        });
    cluster_main(flow, config);
    CHECK(seen == 50'000);
    CHECK(early == 0);
    CHECK(directory.names() == Names{"numbers"});
    CHECK(fs::file_size(directory / "numbers") == 50'000 * 8);
  });
}

TEST_CASE("a failed run leaves no file, and the old one as it was", "[file_output]") {
  tests::for_each_schedule([](const Config& config) {
    const tests::Directory directory;
    directory.write("old", "what was there");
    const auto run = [&](const std::string& name) {
      int seen = 0;
      Dataflow flow;
      input(flow, "in", TestingInput(std::vector<int>(100, 7)), tests::epoch_per_poll()) |
          output("file", FileOutput(directory / name)) | inspect("counter", [&seen](int) {
            if (++seen == 50) throw std::runtime_error("fifty is enough");
          });
      return tests::error_of(flow, config);
    };
    CHECK_THAT(run("new"), Catch::EndsWith("fifty is enough"));
    CHECK_THAT(run("old"), Catch::EndsWith("fifty is enough"));
    CHECK(directory.names() == Names{"old"});
    CHECK(directory.read("old") == "what was there");
  });
}

TEST_CASE("a file takes the place of an old one, with its permissions", "[file_output]") {
  const tests::Directory directory;
  fs::permissions(directory.write("old", "much longer than what comes now"), fs::perms(0640));
  CHECK(error_of_writing(std::vector{1}, FileOutput(directory / "old")) == "");
  CHECK(directory.read("old") == "1\n");
  CHECK(fs::status(directory / "old").permissions() == fs::perms(0640));
}

TEST_CASE("a new file has the permissions that the process gives to new files", "[file_output]") {
  const tests::Directory directory;
  const mode_t mask = ::umask(027);
  const std::string error = error_of_writing(std::vector{1}, FileOutput(directory / "new"));
  CHECK(::umask(mask) == 027);
  CHECK(error == "");
  CHECK(fs::status(directory / "new").permissions() == fs::perms(0640));
}

TEST_CASE(
    "files that several threads begin have the permissions of new files, and no mask is touched",
    "[file_output]") {
  const tests::Directory directory;
  const mode_t mask = ::umask(027);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t != 4; ++t)
      threads.emplace_back([&, t] {
        for (int f = 0; f != 200; ++f)
          FileWriter(directory / (std::to_string(t) + "-" + std::to_string(f))).commit();
      });
  }
  CHECK(::umask(mask) == 027);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(directory / "")) {
    ++files;
    CHECK(static_cast<unsigned>(entry.status().permissions()) == 0640u);
  }
  CHECK(files == 800);
}

TEST_CASE("a file has its epochs in order, whatever worker had the records", "[file_output]") {
  const auto in_order = [](const Config& config) {
    const tests::Directory directory;
    std::vector<std::vector<std::string>> polls;
    std::string expected;
    for (int epoch = 0; epoch != 40; ++epoch) {
      polls.emplace_back(3, std::to_string(epoch));
      for (int i = 0; i != 9; ++i) expected += std::to_string(epoch) + '\n';
    }
    Dataflow flow;
    input(flow, "in", tests::PartsInput<std::string>({polls, polls, polls}),
          tests::epoch_per_poll()) |
        redistribute() | output("file", FileOutput(directory / "epochs"));
    cluster_main(flow, config);
    return directory.read("epochs") == expected;
  };
  tests::for_each_schedule([&](const Config& config) { CHECK(in_order(config)); });
  for (const ExecutorKind executor : tests::real_executors())
    for (int repeat = 0; repeat != 20; ++repeat)
      CHECK(in_order({.workers = 8, .threads = 2, .executor = executor}));
}

TEST_CASE("a directory gets a file for each part that has a record, whole at the end",
          "[dir_output]") {
  using Keyed = std::pair<int, std::string>;
  tests::for_each_schedule([](const Config& config) {
    const tests::Directory directory;
    Names early;
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{0, "a"}, {1, "b"}, {5, "c"}, {0, "d"}}),
          tests::epoch_per_poll()) |
        output("files",
               DirOutput(
                   directory / "", 4, [](int key) { return std::uint64_t(key); },
                   [](std::uint32_t part) { return std::to_string(part) + ".txt"; }, ";")) |
        inspect([&](const Keyed&) {
          if (fs::exists(directory / "0.txt")) early.insert("0.txt");
        });
    cluster_main(flow, config);
    CHECK(early.empty());
    CHECK(directory.names() == Names{"0.txt", "1.txt"});
    CHECK(directory.read("0.txt") == "a;d;");
    CHECK(directory.read("1.txt") == "b;c;");
  });
}

TEST_CASE("what a killed run has left of a part goes, also where no record comes for it",
          "[dir_output]") {
  const tests::Directory directory;
  for (const char* part : {"part_0", "part_1", "part_2"})
    directory.write(std::string(part) + ".tidemark-part", "half");
  const auto run = [&](int key) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<std::pair<int, int>>{{key, 7}})) |
        output("files", DirOutput(directory / "", 3, [](int k) { return std::uint64_t(k); }));
    cluster_main(flow, tests::deterministic(2, 0));
  };
  run(1);
  CHECK(directory.names() == Names{"part_1"});
  const FileWriter other(directory / "part_2");  // which goes on
  run(0);
  CHECK(directory.names() == Names{"part_0", "part_1", "part_2.tidemark-part"});
}

TEST_CASE("a directory that is none, no files, and two files of one name are refused",
          "[sink][error]") {
  const tests::Directory directory;
  CHECK_THROWS_WITH(DirOutput(directory / "none", 2),
                    Catch::Contains("cannot write in the directory"));
  CHECK_THROWS_WITH(DirOutput(directory / "", 0), Catch::Contains("it must have at least 1"));
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<std::pair<int, int>>{{1, 2}})) |
      output("out", DirOutput(directory / "", 2, KeyHash{}, [](std::uint32_t) { return "same"; }));
  CHECK_THROWS_WITH(flow.describe(), Catch::Contains("two parts of the sink have the same name"));
}

TEST_CASE("a full disk is an error that names the file", "[file_output][error]") {
  if (!fs::exists("/dev/full")) return;
  CHECK(error_of_writing(std::vector{1, 2}, FileOutput("/dev/full")) ==
        "step 'file' failed on worker 0: cannot write '/dev/full': No space left on device");
  // So much that it does not wait for the end.
  CHECK(error_of_writing(std::vector<std::string>(3, std::string(50'000, 'x')),
                         FileOutput("/dev/full")) ==
        "step 'file' failed on worker 0 at timestamp 1: cannot write '/dev/full': No space left on "
        "device");
}

TEST_CASE("a file that cannot be made is an error that names it", "[file_output][error]") {
  const tests::Directory directory;
  const auto cannot_write = [](const std::string& path) {
    return "step 'file' failed on worker 0: cannot write '" + path + "': ";
  };
  fs::create_directory(directory / "folder");
  CHECK(error_of_writing(std::vector{1}, FileOutput(directory / "folder")) ==
        cannot_write(directory / "folder") + "Is a directory");
  CHECK(error_of_writing(std::vector{1}, FileOutput(directory / "no/file")) ==
        cannot_write(directory / "no/file") + "No such file or directory");
  CHECK(directory.names() == Names{"folder"});
  if (::geteuid() != 0) {
    fs::permissions(directory / "folder", fs::perms(0500));
    CHECK(error_of_writing(std::vector{1}, FileOutput(directory / "folder/file")) ==
          cannot_write(directory / "folder/file") + "Permission denied");
  }
}

}  // namespace
}  // namespace tidemark::file_output_test
