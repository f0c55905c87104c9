// SPDX-License-Identifier: MIT
//
// Two steps and one file or pipe: refused when the dataflow is built, so that neither loses
// anything.
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/ends/input_with_bad.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <sys/stat.h>
#include <unistd.h>

namespace tidemark::one_file_test {
namespace {

using Keyed = std::pair<int, int>;

/// What is said of two steps behind one input when they are described; when they are run, which of
/// them is built first depends on the workers.
template <typename First, typename Second>
std::string error_of(const First& first, const Second& second) {
  Dataflow flow;
  const auto records = input(flow, "in", TestingInput(std::vector<Keyed>{{0, 1}, {1, 2}}));
  records | first;
  records | second;
  std::string error;
  try {
    static_cast<void>(flow.describe());
  } catch (const DataflowError& refused) {
    error = refused.what();
  }
  tests::for_each_schedule([&](const Config& config) {
    try {
      cluster_main(flow, config);
      CHECK(error == "");
    } catch (const DataflowError& refused) {
      CHECK(error != "");
      CHECK_THAT(refused.what(), Catch::Contains("output 'file'") && Catch::EndsWith(" own"));
    }
  });
  return error;
}

TEST_CASE("two steps that write one file are refused when they are built, and both are named",
          "[sink][error]") {
  const tests::Directory directory;
  const auto by_key = [&] {
    return output("parts", DirOutput(directory / "", 2, [](int k) { return std::uint64_t(k); }));
  };
  const auto file = [&](const std::string& name) {
    return output("file", FileOutput(directory / name));
  };
  const auto said = [&](const std::string& steps, const std::string& name) {
    return steps + " both have the file '" + (directory / name) +
           "': each must have one of its own";
  };
  CHECK(error_of(output("other", FileOutput(directory / "a")), file("./a")) ==
        said("output 'other' and output 'file'", "./a"));
  CHECK(error_of(by_key(), file("part_1")) == said("output 'parts' and output 'file'", "part_1"));
  CHECK(error_of(capture("kept", CaptureFile(directory / "a")), file("a")) ==
        said("capture 'kept' and output 'file'", "a"));
  CHECK(directory.names().empty());
  CHECK(error_of(by_key(), file("part_2")) == "");
  CHECK(directory.read("part_0") == "1\n");
  CHECK(directory.read("part_2") == "1\n2\n");
}

TEST_CASE("an output that is an input of its run is refused, however its path is spelled",
          "[sink][source][error]") {
  const tests::Directory directory;
  const std::string file = directory.write("file", "a\nb\n"), link = directory / "link";
  REQUIRE(::symlink("file", link.c_str()) == 0);
  for (const std::string& path : {file, link, directory / "./file"}) {
    Dataflow flow;
    input(flow, "in", FileInput(path)) | output("out", FileOutput(file));
    CHECK_THROWS_WITH(cluster_main(flow, tests::deterministic(2, 0)),
                      Catch::Contains("input 'in'") && Catch::Contains("output 'out'") &&
                          Catch::Contains("both have the file"));
  }
  Dataflow flow;
  input(flow, "in", DirInput(directory / "", "f*")) | output("out", FileOutput(link));
  CHECK_THROWS_AS(cluster_main(flow, tests::deterministic(1, 0)), DataflowError);
  CHECK(directory.read("file") == "a\nb\n");
  // Once the run is over it may be written.
  Dataflow copy;
  input(copy, "in", FileInput(file)) | output("out", FileOutput(directory / "copy"));
  cluster_main(copy, tests::deterministic(1, 0));
  Dataflow back;
  input(back, "in", FileInput(directory / "copy")) | output("out", FileOutput(file));
  cluster_main(back, tests::deterministic(1, 0));
  CHECK(directory.read("file") == "a\nb\n");
}

std::string error_of_reading(const std::string& one, const std::string& other) {
  Dataflow flow;
  input(flow, "one", FileInput(one)) | output("a", tests::Discard{});
  auto [rows, bad] = input_with_bad(flow, "other", CSVInput(other));
  rows | output("b", tests::Discard{});
  bad | output("c", tests::Discard{});
  try {
    static_cast<void>(flow.describe());
    return "";
  } catch (const DataflowError& refused) {
    return refused.what();
  }
}

TEST_CASE("two inputs that would take each other's bytes are refused when they are built",
          "[source][error]") {
  const tests::Directory directory;
  const std::string pipe = directory / "pipe", link = directory / "link";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  REQUIRE(::symlink("pipe", link.c_str()) == 0);
  const auto refused = [](const std::string& path) {
    return "input 'one' and input 'other' both read '" + path +
           "', and what one of them gets the other does not: read it once, and use the stream "
           "twice";
  };
  CHECK(error_of_reading(pipe, link) == refused(link));
  CHECK(error_of_reading("-", "-") == refused("-"));
  // A file is read from its beginning by each.
  const std::string file = directory.write("file", "a\n1\n");
  for (const std::string& path : {file, std::string("/dev/null"), directory / "nowhere"})
    CHECK(error_of_reading(path, path) == "");
  // Whoever reads is free to do so when the one before is gone.
  for (int i = 0; i != 2; ++i) {
    Dataflow flow;
    input(flow, "one", FileInput(pipe)) | output("a", tests::Discard{});
    static_cast<void>(flow.describe());
  }
}

}  // namespace
}  // namespace tidemark::one_file_test
