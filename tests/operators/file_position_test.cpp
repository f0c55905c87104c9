// SPDX-License-Identifier: MIT
//
// Files that change between the runs that read them: what has grown, was replaced, or did not end.
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>

#include <tests/operators/compressed.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tidemark::file_position_test {
namespace {

using Lines = std::vector<std::string>;

/// What was read of a source, where another run goes on, and what people were told.
template <typename Item>
struct Reading {
  std::vector<Item> items;
  std::optional<std::string> position;
  Lines told;
};

/// Reads the only part of `source` to its end in a run that another may go on with.
template <typename SourcePort>
auto read(const SourcePort& source, const std::optional<std::string>& resume_at = std::nullopt) {
  Reading<typename SourcePort::item_type> reading;
  const auto part = source.open(
      source.parts().at(0),
      {.resume_at = resume_at, .is_saved = true, .tell = [&](const std::string& sentence) {
         reading.told.push_back(sentence);
       }});
  while (part->next_batch(reading.items).state != Poll::State::end) {
  }
  reading.position = part->position();
  return reading;
}

TEST_CASE("a file that another has replaced is an error when a run goes on, or is read anew") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "old one\nold two\n");
  const auto position = read(FileInput(path)).position;
  for (const std::string text :
       {"a new file that starts\nafter rotation\n", "old one\nold 2\nold three\n", "new\n",
        "\xEF\xBB\xBFnew\n", "old one\n", ""}) {
    INFO(text);
    directory.write("log", text);
    CHECK_THROWS_WITH(read(FileInput(path), position),
                      Catch::Contains("on at byte 16, where an earlier run ended: it ") &&
                          Catch::Contains("bring the old file back, or read the new one"));
    const FileInput anew(path, FileOptions{.rotated = Rotated::restart});
    CHECK(read(anew, position).items == read(FileInput(path)).items);
  }
}

TEST_CASE("lines are counted anew in a file that is read anew") {
  const tests::Directory directory;
  const JSONLinesInput source(directory.write("log", "1\n2\n"), {.rotated = Rotated::restart});
  const auto position = read(source).position;
  directory.write("log", "3\nx\n");
  CHECK_THROWS_WITH(read(source, position), Catch::Contains("line 2, column 1"));
}

TEST_CASE(
    "a file is known by its first 4,096 bytes, wherever it lies and however it is compressed") {
  const tests::Directory directory;
  std::string text;
  for (int n = 0; n != 2000; ++n) text += "line " + std::to_string(n) + "\n";
  const std::string path = directory.write("log", text);
  const auto position = read(FileInput(path)).position;
  const std::string more = text + "more\n";
  for (const std::string& copy :
       {more, tests::gzip(more), tests::zstd(more), "\xEF\xBB\xBF" + more}) {
    std::filesystem::remove(path);
    CHECK(read(FileInput(directory.write("log", copy)), position).items == Lines{"more"});
  }
  for (const std::size_t at : {0u, 1u, 4095u}) {
    std::string other = more;
    other[at] = '!';
    directory.write("log", other);
    CHECK_THROWS_WITH(read(FileInput(path), position), Catch::Contains("it begins otherwise"));
    directory.write("log", tests::gzip(other));
    CHECK_THROWS_WITH(read(FileInput(path), position), Catch::Contains("it begins otherwise"));
  }
}

TEST_CASE("a last line that does not end is left for a run that goes on, and that is told") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\ntw");
  const auto first = read(FileInput(path));
  CHECK(first.items == Lines{"one"});
  CHECK(first.told == Lines{"no newline ends the last line of '" + path +
                            "'; it was not read, but left for a run that goes on"});
  CHECK(read(FileInput(path), first.position).items.empty());
  directory.write("log", "one\ntwo\nthree\n");
  const auto second = read(FileInput(path), first.position);
  CHECK(second.items == Lines{"two", "three"});
  CHECK(second.told.empty());

  directory.write("log", "one\ntw");
  CHECK(read(DirInput(directory / "")).items == Lines{"one"});
  directory.write("log", "1\n2");
  CHECK(read(JSONLinesInput(path)).items.size() == 1);
}

TEST_CASE("a last line that does not end is given where no run goes on, or by choice") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\ntw");
  const auto read_once = [&](const FileOptions& options) {
    Lines lines;
    const auto part = FileInput(path, options).open(path, {});
    while (part->next_batch(lines).state != Poll::State::end) {
    }
    return lines;
  };
  CHECK(read_once({}) == Lines{"one", "tw"});
  CHECK(read_once({.last_line = LastLine::left}) == Lines{"one"});
  const auto given = read(FileInput(path, FileOptions{.last_line = LastLine::given}));
  CHECK(given.items == Lines{"one", "tw"});
  CHECK(given.told.empty());
  directory.write("log", "one\ntwo\n");
  CHECK(read(FileInput(path), given.position).items == Lines{"o"});
}

TEST_CASE("CSV whose last line does not end is as lines are, and is not followed") {
  const tests::Directory directory;
  const std::string path = directory.write("csv", "a\n1\n2");
  CHECK(read(CSVInput(path)).items == std::vector<CsvRow>{{{"a", "1"}}});
  const auto given = read(CSVInput(path, FileOptions{.last_line = LastLine::given})).items;
  CHECK(given == std::vector<CsvRow>{{{"a", "1"}}, {{"a", "2"}}});
  for (const FileOptions& options :
       {FileOptions{.follow = true}, FileOptions{.rotated = Rotated::restart}})
    CHECK_THROWS_WITH(CSVInput(path, options), Catch::Contains("name its columns again"));
}

TEST_CASE("a CSV record that is not whole at the end of a file is left for a run that goes on") {
  const tests::Directory directory;
  for (const std::string cut : {"id,note\n1,\"two\n", "id,note\n1,\"two\nli", "id,\"no"}) {
    INFO(cut);
    const std::string path = directory.write("csv", cut);
    const auto first = read(CSVInput(path));
    CHECK(first.items.empty());
    CHECK_THAT(first.told.back(), Catch::EndsWith("but left for a run that goes on"));
    const std::string whole = "id,note\n1,\"two\nlines\"\n2,x\n";
    directory.write("csv", whole);
    CHECK(read(CSVInput(path), first.position).items == read(CSVInput(path)).items);
  }
  const std::string path = directory.write("csv", "a\n\"\n");
  CHECK_THROWS_WITH(tests::read_all(CSVInput(path)), Catch::Contains("line 2, column 1"));
  CHECK_THROWS_WITH(read(CSVInput(path, FileOptions{.last_line = LastLine::given})),
                    Catch::Contains("line 2, column 1"));
}

TEST_CASE("a run that goes on at a header of two columns of one name comes upon it again") {
  const tests::Directory directory;
  const CSVInput source(directory.write("csv", "a,a\n1,2\n"));
  std::vector<CsvRow> rows;
  const auto part = source.open(source.parts()[0], {.is_saved = true});
  part->next_batch(rows);
  CHECK_THROWS_WITH(read(source, part->position()), Catch::Contains("line 1: two columns"));
}

TEST_CASE("what is not the position of a file is an error that says so") {
  const tests::Directory directory;
  const std::string path = directory.write("log", "one\n");
  for (const std::string& bytes : {std::string("?"), to_bytes(std::uint64_t{4}), std::string()})
    CHECK_THROWS_WITH(read(FileInput(path), bytes),
                      Catch::Contains("what is kept of that is no position of such"));
}

TEST_CASE(
    "a directory's links are files of their own names, and one that leads nowhere is an error") {
  const tests::Directory directory;
  directory.write("a.txt", "a\n");
  std::filesystem::create_symlink("a.txt", directory / "b.txt");
  std::filesystem::create_symlink("loop.csv", directory / "loop.csv");
  std::filesystem::create_symlink("gone", directory / "dangling.csv");
  CHECK(DirInput(directory / "", "*.txt").parts() == Lines{"a.txt", "b.txt"});
  for (const std::string name : {"loop.csv", "dangling.csv"})
    CHECK_THROWS_WITH(DirInput(directory / "", name),
                      Catch::Contains(name + "': it is a link that leads nowhere"));
}

/// Has a file as standard input, as long as this lives.
class StandardInput {
 public:
  StandardInput(const std::string& path, off_t offset) : before_(::dup(STDIN_FILENO)) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ::lseek(file, offset, SEEK_SET);
    ::dup2(file, STDIN_FILENO);
    ::close(file);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    if (before_ < 0) {
      ::close(STDIN_FILENO);
      return;
    }
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

TEST_CASE(
    "standard input that is a file is read from where it stands, and gone on with from there") {
  const tests::Directory directory;
  const std::string path = directory.write("file", "one\ntwo\nthree\n");
  std::optional<std::string> position;
  {
    const StandardInput input(path, 4);
    const auto reading = read(StdInput());
    CHECK(reading.items == Lines{"two", "three"});
    CHECK(::lseek(STDIN_FILENO, 0, SEEK_CUR) == 14);  // for whoever reads after us
    position = reading.position;
  }
  directory.write("file", "one\ntwo\nthree\nfour\n");
  {
    const StandardInput input(path, 4);
    CHECK(read(StdInput(), position).items == Lines{"four"});
  }
  {
    const StandardInput input(path, 0);
    CHECK_THROWS_WITH(read(StdInput(), position), Catch::Contains("it begins otherwise"));
  }
  {
    const StandardInput input(path, 0);
    const FileInput anew("-", FileOptions{.rotated = Rotated::restart});
    CHECK(read(anew, position).items == Lines{"one", "two", "three", "four"});
  }
  const StandardInput input(directory.write("file", tests::gzip("one\n")), 0);
  CHECK(read(StdInput()).items == Lines{"one"});
}

TEST_CASE("a pipe in the place of a file that was read is an error when a run goes on") {
  const tests::Directory directory;
  const std::string path = directory.write("file", "[1]\n");
  const auto check = [&](const auto& source) {
    std::filesystem::remove(path);
    directory.write("file", "[1]\n");
    const auto position = read(source).position;
    std::filesystem::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int pipe = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    CHECK_THROWS_WITH(source.open(path, {.resume_at = position}),
                      Catch::StartsWith("cannot read '" + path + "' on where an earlier run") &&
                          Catch::Contains("give the file, or begin with an empty store"));
    ::close(pipe);
  };
  check(FileInput(path));
  check(CSVInput(path));
  check(JSONLinesInput(path));
}

TEST_CASE("files may have any name that the system allows") {
  const tests::Directory directory;
  for (const std::string name : {"two\nlines", "\xFF\xC3", "-", " "}) {
    directory.write(name, name.substr(0, 1) + "x");
    const DirInput source(directory / "");
    CHECK(source.parts() == Lines{name});
    CHECK(read(source).items.empty());
    std::filesystem::remove(directory / name);
  }
}

}  // namespace
}  // namespace tidemark::file_position_test
