// SPDX-License-Identifier: MIT
//
// FileInput: the lines of a file as std::getline has them, byte for byte.
#include <tidemark/core/random.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/file_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <unistd.h>

namespace tidemark {
namespace {

using Lines = std::vector<std::string>;

/// The lines that a dataflow reads from a file, in order.
Lines lines_of(const std::string& path, std::size_t batch_size = 1000, std::uint32_t workers = 1) {
  Lines lines;
  Dataflow flow;
  input(flow, "lines", FileInput(path, batch_size)) |
      inspect([&lines](const std::string& line) { lines.push_back(line); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(workers, 3));
  return lines;
}

Lines lines_in(const std::string& text) {
  const tests::Directory directory;
  return lines_of(directory.write("text", text));
}

TEST_CASE("each line of a file is a record without its newline", "[file_input]") {
  CHECK(lines_in("one\ntwo\nthree\n") == Lines{"one", "two", "three"});
}

TEST_CASE("a last line without a newline counts", "[file_input]") {
  CHECK(lines_in("one\ntwo") == Lines{"one", "two"});
  CHECK(lines_in("x") == Lines{"x"});
}

TEST_CASE("blank lines are records", "[file_input]") {
  CHECK(lines_in("\n") == Lines{""});
  CHECK(lines_in("\n\n\n") == Lines{"", "", ""});
  CHECK(lines_in("\na\n\nb\n\n") == Lines{"", "a", "", "b", ""});
}

TEST_CASE("an empty file has no lines", "[file_input]") {
  CHECK(lines_in("").empty());
}

TEST_CASE("only newlines are taken off, and no byte is changed", "[file_input]") {
  CHECK(lines_in("dos\r\n\r\nmac\rline\r") == Lines{"dos\r", "\r", "mac\rline\r"});
  const std::string bytes("\xFF\xFE\xC3\x28\0\x80 ok", 9);
  CHECK(lines_in(bytes + "\n" + bytes) == Lines{bytes, bytes});
}

TEST_CASE("one worker reads a file, whatever their number", "[file_input]") {
  const tests::Directory directory;
  const std::string path = directory.write("text", "a\nb\nc\n");
  for (const std::uint32_t workers : {1u, 2u, 7u})
    CHECK(lines_of(path, 2, workers) == Lines{"a", "b", "c"});
}

TEST_CASE("a poll of a file gives at most a batch of lines", "[file_input]") {
  const tests::Directory directory;
  const std::string path = directory.write("text", "a\nb\nc\nd\ne");
  for (const std::size_t batch_size : {0u, 1u, 2u, 3u}) {
    std::map<std::uint64_t, std::size_t> lines;
    Dataflow flow;
    input(flow, "lines", FileInput(path, batch_size), tests::epoch_per_poll()) |
        inspect_epoch([&lines](const Epoch& epoch, const std::string&) { ++lines[epoch.value]; }) |
        output("out", tests::Discard{});
    cluster_main(flow, tests::deterministic(1, 0));
    for (const auto& [epoch, count] : lines) CHECK(count <= std::max<std::size_t>(1, batch_size));
  }
}

TEST_CASE("lines of any length agree with std::getline", "[file_input]") {
  const tests::Directory directory;
  tests::check_property(40, [&] {
    // Lengths around nothing, around the blocks of 256 KiB that are read, and between.
    tests::Tape tape = tests::draw_tape("lengths", 40);
    constexpr std::size_t block = 256 * 1024;
    std::string text;
    while (!tape.at_end()) {
      const std::size_t about = std::vector<std::size_t>{0, 90, block, block / 2}[tape.below(4)];
      std::size_t length = about + tape.below(6);
      if (about != 0) length -= 3;
      for (std::size_t i = 0; i != length; ++i)
        text += static_cast<char>('!' + (text.size() * 7 + i / 64) % 90);
      if (!tape.at_end() || tape.below(2) != 0) text += '\n';
    }
    const std::string path = directory.write("text", text);
    Lines expected;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) expected.push_back(line);
    const bool agrees = lines_of(path, 1 + tape.below(5)) == expected;
    RC_ASSERT(agrees);
  });
}

TEST_CASE("a very long line is one record", "[file_input]") {
  const std::string line(20'000'000, 'x');
  const bool whole = lines_in(line + "\ny") == Lines{line, "y"};  // and not all of it on the screen
  CHECK(whole);
}

TEST_CASE("a file that cannot be read is an error that names it and the step", "[file_input]") {
  const tests::Directory directory;
  const auto error_of_reading = [](const std::string& path) {
    Dataflow flow;
    input(flow, "lines", FileInput(path)) | output("out", tests::Discard{});
    try {
      cluster_main(flow, tests::deterministic(2, 0));
    } catch (const StepError& error) {
      CHECK(error.step() == "lines");
      CHECK_THROWS_AS(std::rethrow_if_nested(error), FileError);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(error_of_reading(directory / "missing") ==
        "step 'lines' failed on worker 0: cannot read '" + (directory / "missing") +
            "': No such file or directory");
  CHECK(error_of_reading(directory / "") ==
        "step 'lines' failed on worker 0: cannot read '" + (directory / "") + "': Is a directory");
  if (::geteuid() != 0) {
    const std::string secret = directory.write("secret", "x\n");
    std::filesystem::permissions(secret, std::filesystem::perms::none);
    CHECK_THAT(error_of_reading(secret), Catch::EndsWith("': Permission denied"));
  }
}

}  // namespace
}  // namespace tidemark
