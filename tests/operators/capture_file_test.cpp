// SPDX-License-Identifier: MIT
//
// CaptureFile: whole or not there, the same stream again, and one clear error for what is no
// capture.
#include <tidemark/core/error.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/runs.hpp>
#include <tests/operators/captures.hpp>
#include <tests/operators/directory.hpp>
#include <tests/support.hpp>

#include <stdexcept>

namespace tidemark::capture_file_test {

/// A record that is not trivially copyable, with a codec of its own.
struct Named {
  std::string name;
  int number = 0;
  friend auto operator<=>(const Named&, const Named&) = default;
};

/// One of no bytes.
struct Nothing {
  std::string unsaved;
  static auto fields(auto&) { return std::tie(); }
  friend auto operator<=>(const Nothing&, const Nothing&) = default;
};

}  // namespace tidemark::capture_file_test

template <>
struct tidemark::Codec<tidemark::capture_file_test::Named> {
  using Named = capture_file_test::Named;
  static std::string signature() { return "named"; }
  static void write(std::string& to, const Named& named) {
    Codec<std::string>::write(to, named.name);
    Codec<int>::write(to, named.number);
  }
  static Named read(ByteReader& from) {
    std::string name = Codec<std::string>::read(from);
    return {std::move(name), Codec<int>::read(from)};
  }
};

namespace tidemark::capture_file_test {
namespace {

using tests::Number;
using Names = std::set<std::string>;

TEST_CASE("a capture in a file is replayed by any number of workers", "[capture_file]") {
  const tests::Directory directory;
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers, 5)) {
      INFO(tests::to_text(config));
      const CaptureFile file(directory / "numbers");
      const auto expected = tests::capture_numbers(config, file);
      CHECK(directory.names() == Names{"numbers"});
      for (const std::uint32_t other : {1u, 2u, 7u})
        CHECK(tests::replay_numbers(tests::with_workers(config, other), file) == expected);
    }
}

TEST_CASE("the same sink captures run after run, the last of which stands", "[capture_file]") {
  const tests::Directory directory;
  const CaptureFile file(directory / "numbers");
  for (const std::uint32_t workers : {3u, 3u, 1u, 2u}) {
    const Config config{.workers = workers, .executor = ExecutorKind::deterministic};
    const auto expected = tests::capture_numbers(config, file);
    CHECK(tests::replay_numbers(config, file) == expected);
  }
}

/// Records of some type, through a file, at one worker.
template <typename Item>
std::vector<Item> through_a_file(const std::vector<Item>& items) {
  const tests::Directory directory;
  const CaptureFile file(directory / "items");
  const Config config{.executor = ExecutorKind::deterministic};
  tests::run_to_end(config, [&](Scope<Epoch>& scope) {
    tests::rounds(scope, 1, [&](std::uint32_t, Number) { return items; }) | capture(file);
  });
  std::vector<Item> back;
  tests::run_to_end(config, [&](Scope<Epoch>& scope) {
    fuse_in_place(replay<Item>(scope, "again", file), "look", "",
                  [&](const Epoch&, const std::vector<Item>& records) {
                    back.insert(back.end(), records.begin(), records.end());
                  });
  });
  return back;
}

TEST_CASE("numbers, text, pairs of them, and what has a codec go through a file",
          "[capture_file]") {
  const auto check = [](const auto& items) { CHECK(through_a_file(items) == items); };
  check(std::vector<double>{0.5, -1e300});
  check(std::vector<std::string>{"", "one", std::string("with\0zero", 9), std::string(10000, 'x')});
  using Deep = std::pair<std::string, std::pair<int, std::string>>;
  check(std::vector<Deep>{{"a", {1, ""}}, {"", {-1, "b"}}});
  const std::vector<Named> named{{"seven", 7}, {"", 0}};
  CHECK((through_a_file(named) == named));
  CHECK((through_a_file(std::vector<Nothing>(3)) == std::vector<Nothing>(3)));
}

TEST_CASE("a capture leaves no file when its run fails", "[capture_file][errors]") {
  for (const ExecutorKind kind : tests::executors()) {
    const Config config{.workers = 3, .threads = 2, .executor = kind};
    INFO(tests::to_text(config));
    const tests::Directory directory;
    const CaptureFile file(directory / "numbers");
    const auto run = [&] {
      tests::run_to_end(config, [&](Scope<Epoch>& scope) {
        tests::rounds(scope, 1000, tests::numbers(2)) | capture(file) |
            map([](Number n) { return n == 3072 ? throw std::runtime_error("enough") : n; });
      });
    };
    CHECK_THROWS_AS(run(), StepError);
    CHECK(directory.names().empty());
    const auto captured = tests::capture_numbers(config, file);
    CHECK(tests::replay_numbers(config, file) == captured);
  }
}

/// The error of a replay of numbers from `path`, a FileError or CaptureError.
std::string error_of(const std::string& path) {
  try {
    tests::replay_numbers({.workers = 2, .executor = ExecutorKind::deterministic},
                          CaptureFile(path));
    return "no error";
  } catch (const FileError& error) {  // while building
    return error.what();
  } catch (const StepError& error) {
    try {
      std::rethrow_if_nested(error);
    } catch (const FileError&) {
    } catch (const CaptureError&) {  // the bytes are right, and what they say is not
    }
    return error.what();
  }
}

TEST_CASE("a file that was cut off anywhere is one error that names file and offset",
          "[capture_file][errors]") {
  const tests::Directory directory;
  tests::capture_numbers({.workers = 2, .executor = ExecutorKind::deterministic},
                         CaptureFile(directory / "whole"));
  const std::string whole = directory.read("whole");
  REQUIRE(whole.size() > 500);
  CHECK(error_of(directory / "whole") == "no error");
  for (std::size_t length = 0; length < whole.size(); length += length < 150 ? 1 : 5) {
    const std::string path = directory.write("cut", whole.substr(0, length));
    const std::string error = error_of(path);
    INFO(length << ": " << error);
    const std::size_t at = error.find("cannot replay '" + path + "': at offset ");
    REQUIRE(at != std::string::npos);
    CHECK(std::stoul(error.substr(error.find("offset ") + 7)) <= length);
    CHECK(error.find(length < 19 ? "it is not a capture" : "it is truncated: ") !=
          std::string::npos);
  }
}

TEST_CASE("a file of something else is refused, with the place", "[capture_file][errors]") {
  const tests::Directory directory;
  CHECK(error_of(directory / "nothing") ==
        "cannot replay '" + directory / "nothing" + "': No such file or directory");
  CHECK(error_of(directory / ".") == "cannot replay '" + directory / "." + "': Is a directory");
  const std::string foreign = directory.write("foreign", std::string(1000, 'x'));
  CHECK(error_of(foreign) == "cannot replay '" + foreign + "': at offset 0: it is not a capture");

  const CaptureFile file(directory / "text");
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    tests::rounds(scope, 1, [](std::uint32_t, Number) { return std::vector<std::string>{"a"}; }) |
        capture(file);
  });
  CHECK(error_of(directory / "text") ==
        "cannot replay '" + directory / "text" +
            "': at offset 27: it holds timestamps and records of the form "
            "'Epoch:8 text', and those asked for have the form 'Epoch:8 u64'");
}

TEST_CASE("a frame that is damaged is refused, with its offset", "[capture_file][errors]") {
  const tests::Directory directory;
  tests::capture_numbers({.executor = ExecutorKind::deterministic},
                         CaptureFile(directory / "numbers"));
  const std::string whole = directory.read("numbers");
  const std::size_t first = 19 + 4 + 4 + 8 + 11;  // behind the header
  const auto damaged = [&](std::size_t at, char byte) {
    std::string text = whole;
    text[at] = byte;
    return error_of(directory.write("damaged", text));
  };
  CHECK_THAT(damaged(first, 9), Catch::Contains("at offset 46: this is no frame of a capture"));
  CHECK_THAT(damaged(first + 4, 9), Catch::Contains("at offset 46: this is no frame of a capture"));
  CHECK_THAT(damaged(first + 8, 15), Catch::Contains("at offset 46: the frame ends in the middle"));
  CHECK_THAT(damaged(first + 15, 1), Catch::Contains("at offset 62: it is truncated"));
  CHECK_THAT(damaged(19, 9), Catch::Contains("at offset 19: it was captured on a machine with"));
  CHECK_THAT(damaged(23, 0), Catch::Contains("at offset 23: a capture has a part at least"));
  CHECK_THAT(damaged(26, 127), Catch::Contains("at offset 23: it is truncated"));
  CHECK_THAT(damaged(first + 16, 1),
             Catch::Contains("at offset 46: it does not begin with the least timestamp"));
}

}  // namespace
}  // namespace tidemark::capture_file_test
