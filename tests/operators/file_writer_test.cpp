// SPDX-License-Identifier: MIT
//
// FileWriter: which file a path means, who may write it, and how many are open.
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>

#include <tests/operators/directory.hpp>
#include <tests/support.hpp>

#include <csignal>
#include <functional>
#include <memory>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tidemark::file_writer_test {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

void write(const std::string& path, const std::string& text) {
  FileWriter file(path);
  file.write(text);
  file.commit();
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const FileError& error) {
    return error.what();
  }
}

TEST_CASE("of a link the target is written, there or not, and the link stays", "[file_writer]") {
  const tests::Directory directory;
  fs::create_directory(directory / "data");
  directory.write("data/old", "what was there");
  fs::create_symlink("data/old", directory / "to-old");
  fs::create_symlink("data/new", directory / "to-new");
  fs::create_symlink(directory / "to-new", directory / "to-link");
  write(directory / "to-old", "a");
  CHECK(directory.read("data/old") == "a");
  write(directory / "to-link", "b");
  CHECK(directory.read("data/new") == "b");
  {
    FileWriter file(directory / "to-new", 1);  // in place
    file.write("c");
    file.commit();
  }
  CHECK(directory.read("data/new") == "bc");
  for (const char* link : {"to-old", "to-new", "to-link"}) CHECK(fs::is_symlink(directory / link));
  CHECK(directory.names() == Names{"data", "to-old", "to-new", "to-link"});
}

TEST_CASE("a link that leads back to itself is an error that names it", "[file_writer][error]") {
  const tests::Directory directory;
  fs::create_symlink("two", directory / "one");
  fs::create_symlink("one", directory / "two");
  fs::create_symlink("one", directory / "begin");
  const std::string expected = "cannot write '" + (directory / "begin") + "': its link '";
  CHECK_THAT(error_of([&] { write(directory / "begin", ""); }),
             Catch::StartsWith(expected) && Catch::EndsWith("leads back to itself"));
  CHECK_THAT(error_of([&] { FileWriter(directory / "begin", 0); }), Catch::StartsWith(expected));
}

TEST_CASE("a file that has a writer gets no other, however its path is spelled",
          "[file_writer][error]") {
  const tests::Directory directory;
  fs::create_directory(directory / "data");
  fs::create_directory_symlink("data", directory / "folder");
  directory.write("data/old", "1");
  fs::create_symlink("data/old", directory / "soft");
  const std::string old = directory / "data/old";
  const auto refused = [&](const std::string& path) {
    const std::string expected = "cannot write '" + path + "': it is being written already" +
                                 (path == old ? "" : ", as '" + old + "'");
    CHECK(error_of([&] { FileWriter{path}; }) == expected);
    CHECK(error_of([&] { FileWriter(path, 0); }) == expected);
  };
  for (const bool in_place : {false, true}) {
    fs::remove(directory / "hard");
    fs::create_hard_link(old, directory / "hard");
    auto file = in_place ? std::make_unique<FileWriter>(old, 0) : std::make_unique<FileWriter>(old);
    for (const char* path :
         {"data/old", "data/./old", "data//old", "data/../data/old", "folder/old", "hard", "soft"})
      refused(directory / path);
    refused(fs::relative(old).string());
    file->write("2");
    file->commit();
    CHECK(error_of([&] { write(directory / "soft", "3"); }) == "");  // it has ended
  }
  const FileWriter fresh(directory / "new");  // which is not there yet
  CHECK(error_of([&] { FileWriter(directory / "./new"); }) != "");
  CHECK(error_of([&] { FileWriter(directory / "newer"); }) == "");
}

TEST_CASE("a device may have any number of writers", "[file_writer]") {
  FileWriter one("/dev/null"), other("/dev/null");
  one.write("1");
  other.write("2");
  one.commit();
  other.commit();
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what a killed program has left goes when the file is written again", "[file_writer]") {
  const tests::Directory directory;
  const std::string long_name(255, 'n');
  for (const auto& [name, in_place] :
       {std::pair(std::string("file"), false), {long_name, false}, {std::string("file"), true}}) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      FileWriter file(directory / name);
      file.write(std::string(100'000, 'x'));
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK(directory.names().size() == 1);  // the temporary file
    CHECK_FALSE(fs::exists(directory / name));
    if (in_place) {
      FileWriter(directory / name, 0).write("whole");
    } else {
      write(directory / name, "whole");
    }
    CHECK(directory.names() == Names{name});
    fs::remove(directory / name);
  }
}

TEST_CASE("a file that another process writes is refused, and left to that",
          "[file_writer][error]") {
  for (const bool in_place : {false, true}) {
    const tests::Directory directory;
    const std::string path = directory.write("file", "old");
    int begun[2], go_on[2];
    REQUIRE(::pipe(begun) == 0);
    REQUIRE(::pipe(go_on) == 0);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(go_on[1]);
      char byte = 0;
      {
        auto file =
            in_place ? std::make_unique<FileWriter>(path, 0) : std::make_unique<FileWriter>(path);
        file->write("new");
        if (::write(begun[1], &byte, 1) != 1 || ::read(go_on[0], &byte, 1) != 0) ::_exit(2);
        file->commit();
      }
      ::_exit(0);
    }
    ::close(begun[1]);
    ::close(go_on[0]);
    char byte = 0;
    REQUIRE(::read(begun[0], &byte, 1) == 1);
    const std::string expected = "cannot write '" + path + "': another run is writing it";
    CHECK(error_of([&] { FileWriter{path}; }) == expected);
    CHECK(error_of([&] { FileWriter(path, 0); }) == expected);
    ::close(go_on[1]);
    ::close(begun[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(directory.names() == Names{"file"});
    CHECK(directory.read("file") == "new");
    CHECK(error_of([&] { write(path, "newer"); }) == "");
  }
}

/// Lets this process have no more than `count` files open.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{count, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("more files are written than may be open", "[file_writer]") {
  const tests::Directory directory;
  const FewDescriptors few(48);
  const std::string block(70'000, 'b');  // more than is kept in memory
  std::vector<std::unique_ptr<FileWriter>> files;
  for (int f = 0; f != 150; ++f) {
    const std::string path = directory / std::to_string(f);
    files.push_back(f % 2 == 0 ? std::make_unique<FileWriter>(path)
                               : std::make_unique<FileWriter>(path, 0));
  }
  for (int round = 0; round != 2; ++round)
    for (std::size_t f = 0; f != 150; ++f) files[f]->write(std::to_string(f) + block);
  for (std::size_t f = 0; f != 149; ++f) files[f]->commit();
  files.clear();
  CHECK(directory.names().size() == 149 + 1);  // written in place, it stays
  for (int f = 0; f != 149; ++f) {
    const std::string expected = std::to_string(f) + block;
    CHECK(directory.read(std::to_string(f)) == expected + expected);
  }
}

TEST_CASE("threads that write many files close those of one another, and lose nothing",
          "[file_writer]") {
  const tests::Directory directory;
  const std::string block(70'000, 'b');
  {
    const FewDescriptors few(48);
    std::vector<std::jthread> threads;
    for (int t = 0; t != 4; ++t)
      threads.emplace_back([&, t] {
        std::vector<std::unique_ptr<FileWriter>> files;
        for (int f = 0; f != 20; ++f)
          files.push_back(std::make_unique<FileWriter>(directory / std::to_string(t * 20 + f)));
        for (int round = 0; round != 3; ++round)
          for (const auto& file : files) file->write(block);
        for (const auto& file : files) file->commit();
      });
  }
  CHECK(directory.names().size() == 80);
  for (const std::string& name : directory.names())
    CHECK(directory.read(name) == block + block + block);
}

TEST_CASE("a file that others change while it is closed to make room is an error",
          "[file_writer][error]") {
  for (const bool in_place : {false, true}) {
    const tests::Directory directory;
    const FewDescriptors few(48);
    const std::string path = directory / "file";
    auto file =
        in_place ? std::make_unique<FileWriter>(path, 0) : std::make_unique<FileWriter>(path);
    std::vector<std::unique_ptr<FileWriter>> others;
    for (int f = 0; f != 48; ++f)
      others.push_back(std::make_unique<FileWriter>(directory / std::to_string(f)));
    const std::string written = directory / *directory.names().rbegin();
    REQUIRE_THAT(written, Catch::StartsWith(path));
    std::ofstream(written) << "of others";
    file->write("ours");
    CHECK(error_of([&] { file->commit(); }) ==
          "cannot write '" + path + "': '" + written +
              "' was changed or removed by others while it was being written");
    file.reset();
    CHECK(fs::exists(written));  // it is theirs
  }
}

TEST_CASE("a name of 255 bytes can be written", "[file_writer]") {
  const tests::Directory directory;
  const std::string name(255, 'n'), neighbour = name.substr(1) + "m";
  FileWriter one(directory / name), other(directory / neighbour);
  one.write("1");
  other.write("2");
  one.commit();
  other.commit();
  CHECK(directory.read(name) == "1");
  CHECK(directory.read(neighbour) == "2");
  CHECK(directory.names() == Names{name, neighbour});
}

TEST_CASE("a directory that is removed meanwhile is an error that names the file",
          "[file_writer][error]") {
  const tests::Directory directory;
  fs::create_directory(directory / "folder");
  const std::string path = directory / "folder/file";
  FileWriter file(path);
  fs::remove_all(directory / "folder");
  CHECK(error_of([&] { file.commit(); }) ==
        "cannot write '" + path + "': No such file or directory");
}

}  // namespace
}  // namespace tidemark::file_writer_test
