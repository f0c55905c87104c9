// SPDX-License-Identifier: MIT
//
// More files than the process may have open.
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/stateless/key_on.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <sys/resource.h>
#include <unistd.h>

namespace tidemark::many_files_test {
namespace {

using Lines = std::vector<std::string>;
using Parts = std::vector<std::unique_ptr<SourcePart<std::string>>>;

/// How many descriptors the process has.
std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count - 1;  // that of the question
}

/// Lets the process have but so many more descriptors than it has now, as long as this lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    std::vector<int> free;
    for (std::size_t n = 0; n <= more; ++n)
      free.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit limit = before_;
    limit.rlim_cur = limit_ = static_cast<std::size_t>(free.back());
    for (const int fd : free) ::close(fd);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::runtime_error("cannot set a limit");
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  std::size_t limit() const { return limit_; }

 private:
  rlimit before_{};
  std::size_t limit_;
};

/// Takes up to `most` descriptors.
std::vector<int> take(std::size_t most) {
  std::vector<int> taken;
  while (taken.size() != most) {
    const int fd = ::open("/", O_PATH | O_CLOEXEC);
    if (fd < 0) break;
    taken.push_back(fd);
  }
  return taken;
}

/// A file of three lines for each number.
void write_files(const tests::Directory& directory, int count) {
  for (int n = 0; n != count; ++n) {
    const std::string name = std::to_string(n);
    directory.write(name, name + " a\n" + name + " b\n" + name + " c\n");
  }
}

Parts open_all(const DirInput& source) {
  Parts parts;
  for (const std::string& name : source.parts()) parts.push_back(source.open(name, {}));
  return parts;
}

/// Polls the parts in turn, until none has more.
Lines read_in_turn(Parts& parts) {
  Lines lines;
  while (!parts.empty())
    std::erase_if(parts,
                  [&](auto& part) { return part->next_batch(lines).state == Poll::State::end; });
  std::ranges::sort(lines);
  return lines;
}

TEST_CASE("more files are read than the process may have open") {
  const tests::Directory directory;
  write_files(directory, 300);
  const FewDescriptors few(40);
  for (const std::uint32_t workers : {1u, 3u}) {
    tests::Log<std::string> log;
    Dataflow flow;
    input(flow, "in", DirInput(directory / "", "*", 2)) |
        inspect([&log](const std::string& line) { log.add(line); }) |
        output("out", tests::Discard{});
    cluster_main(flow, {.workers = workers, .threads = workers, .executor = ExecutorKind::threads});
    Lines expected;
    for (int n = 0; n != 300; ++n)
      for (const char* line : {" a", " b", " c"}) expected.push_back(std::to_string(n) + line);
    std::ranges::sort(expected);
    CHECK(log.sorted() == expected);
  }
}

TEST_CASE("files that are read and files that are written share half of the descriptors") {
  const tests::Directory from, to;
  write_files(from, 600);
  const FewDescriptors few(240);
  const auto number = [](const std::string& line) { return std::stoull(line); };
  const auto name = [](std::uint32_t n) { return std::to_string(n); };
  for (const std::uint32_t workers : {1u, 3u}) {
    const std::size_t before = open_descriptors();
    std::atomic<std::size_t> most = 0;
    Dataflow flow;
    input(flow, "in", DirInput(from / "")) | key_on(number) | inspect([&most](const auto&) {
      const std::size_t now = open_descriptors();
      for (std::size_t seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
    }) | output("out", DirOutput(to / "", 600, std::identity{}, name));
    cluster_main(flow, {.workers = workers, .threads = workers, .executor = ExecutorKind::threads});
    CHECK(to.names() == from.names());
    for (const std::string& file : from.names()) CHECK(to.read(file) == from.read(file));
    CHECK(most > before + few.limit() / 4);
    CHECK(most < before + few.limit() / 2 + 20);  // and those of the run, and of the question
  }
}

TEST_CASE("descriptors are left for others, and others may have had them before") {
  const tests::Directory directory;
  write_files(directory, 200);
  const FewDescriptors few(100);
  const std::size_t before = open_descriptors();
  {
    Parts parts = open_all(DirInput(directory / ""));
    CHECK(open_descriptors() <= before + few.limit() / 2);
    std::vector<int> taken = take(1000);
    CHECK(taken.size() > 20);
    for (const int fd : taken) ::close(fd);
    parts.clear();
    CHECK(open_descriptors() == before);
    taken = take(95);
    parts = open_all(DirInput(directory / "", "1*"));
    CHECK(read_in_turn(parts).size() == std::size_t{3 * 111});
    for (const int fd : taken) ::close(fd);
  }
}

TEST_CASE("when no file can be opened the error names the limit") {
  const tests::Directory directory;
  const std::string path = directory.write("file", "x\n");
  std::size_t limit = 0;
  std::string error;
  {
    const FewDescriptors none(0);
    limit = none.limit();
    try {
      FileInput(path).open(path, {});
    } catch (const std::exception& thrown) {
      error = thrown.what();
    }
  }
  CHECK(error == "cannot read '" + path + "': Too many open files (this process may have " +
                     std::to_string(limit) + " open; 'ulimit -n' raises that)");
}

TEST_CASE(
    "a file that was replaced while others were read is an error, and one without a name is "
    "read to its end") {
  const tests::Directory directory;
  write_files(directory, 100);
  const auto open_few = [&] {
    const FewDescriptors few(30);
    return open_all(DirInput(directory / ""));
  };
  {
    Parts parts = open_few();  // of which the first are closed again
    directory.write("new", "new\n");
    std::filesystem::rename(directory / "new", directory / "0");
    CHECK_THROWS_WITH(read_in_turn(parts),
                      Catch::Contains("replaced or removed while it was being read"));
  }
  const auto first = DirInput(directory / "").open("1", {});
  std::filesystem::remove(directory / "1");
  Parts others = open_few();
  Lines lines;
  while (first->next_batch(lines).state != Poll::State::end) {
  }
  CHECK(lines == Lines{"1 a", "1 b", "1 c"});
}

}  // namespace
}  // namespace tidemark::many_files_test
