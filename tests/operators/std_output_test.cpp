// SPDX-License-Identifier: MIT
//
// StdOutput: whole lines on standard output, and an error when nobody reads it.
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace tidemark::std_output_test {
namespace {

/// Has standard output go to another descriptor, which it closes, for as long as it lives.
class Redirected {
 public:
  explicit Redirected(int to) : before_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    ::dup2(to, STDOUT_FILENO);
    ::close(to);
  }
  ~Redirected() {
    std::fflush(stdout);
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int before_;
};

/// What a dataflow prints.
std::string printed_by(const Dataflow& flow, const Config& config) {
  const tests::Directory directory;
  {
    const Redirected redirected(
        ::open((directory / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    cluster_main(flow, config);
  }
  return directory.read("out");
}

TEST_CASE("standard output gets a line for each record", "[std_output]") {
  tests::for_each_schedule([](const Config& config) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<std::pair<std::string, int>>{{"a", 1}, {"b", 2}})) |
        output("out", StdOutput{});
    CHECK(printed_by(flow, config) == "(a, 1)\n(b, 2)\n");
  });
}

TEST_CASE("the documentation's example of a run prints 1, 2 and 3", "[std_output][page]") {
  tests::for_each_schedule([](const Config& config) {
    Dataflow flow;
    input(flow, "inp", TestingInput(std::vector{0, 1, 2})) | map([](int n) { return n + 1; }) |
        output("out", StdOutput{});
    CHECK(printed_by(flow, config) == "1\n2\n3\n");
  });
}

TEST_CASE("the lines of workers that print at once do not mix", "[std_output]") {
  for (const ExecutorKind executor : tests::real_executors()) {
    Dataflow flow;
    std::vector<std::string> lines;
    for (int n = 0; n != 3000; ++n)
      lines.push_back(std::string(100, static_cast<char>('a' + n % 26)));
    input(flow, "in", TestingInput(lines, 10)) | redistribute() | output("out", StdOutput{});
    std::istringstream printed(
        printed_by(flow, {.workers = 8, .threads = 2, .executor = executor}));
    std::vector<std::string> seen;
    for (std::string line; std::getline(printed, line);) seen.push_back(line);
    std::ranges::sort(seen);
    std::ranges::sort(lines);
    CHECK(seen == lines);
  }
}

TEST_CASE("records stand behind what was printed before them by std::cout and by std::printf",
          "[std_output]") {
  for (const ExecutorKind executor : tests::real_executors())
    for (const bool by_printf : {false, true}) {
      const auto print = [by_printf](const std::string& text) {
        if (by_printf) {
          std::printf("%s", text.c_str());
        } else {
          std::cout << text;
        }
      };
      Dataflow flow;
      input(flow, "in", TestingInput(std::vector{1, 2, 3})) |
          inspect([print](int n) { print("before " + std::to_string(n) + ": "); }) |
          output("out", StdOutput{});
      const tests::Directory directory;
      {
        const Redirected redirected(
            ::open((directory / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
        print("first, ");
        cluster_main(flow, {.workers = 1, .threads = 1, .executor = executor});
        print("last");
      }
      CHECK(directory.read("out") == "first, before 1: 1\nbefore 2: 2\nbefore 3: 3\nlast");
    }
}

TEST_CASE("standard output that is closed is an error that names it and the step",
          "[std_output][error]") {
  const tests::Directory directory;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector{1})) | output("printer", StdOutput{});
  std::string error;
  {
    const Redirected redirected(::open("/dev/null", O_WRONLY));
    ::close(STDOUT_FILENO);
    error = tests::error_of(flow, {.workers = 1, .threads = 1, .executor = ExecutorKind::threads});
  }
  CHECK(error ==
        "step 'printer' failed on worker 0 at timestamp 1: cannot write 'standard output': it is "
        "closed");
}

TEST_CASE("a closed pipe is an error that names standard output and the step",
          "[std_output][error]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  for (const ExecutorKind executor : {ExecutorKind::deterministic, ExecutorKind::threads}) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector{1, 2, 3})) | output("printer", StdOutput{});
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    std::string error, nested;
    {
      const Redirected redirected(ends[1]);
      try {
        cluster_main(flow, {.workers = 2, .threads = 2, .executor = executor});
      } catch (const StepError& step_error) {
        error = step_error.what();
        try {
          std::rethrow_if_nested(step_error);
        } catch (const FileError& file_error) {
          nested = file_error.what();
        }
      }
    }
    CHECK(nested == "cannot write 'standard output': Broken pipe");
    CHECK(error == "step 'printer' failed on worker 0 at timestamp 1: " + nested);
  }
  std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace tidemark::std_output_test
