// SPDX-License-Identifier: MIT
//
// Two steps and one file: refused when the dataflow is built, so that neither loses anything.
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

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

}  // namespace
}  // namespace tidemark::one_file_test
