// SPDX-License-Identifier: MIT
#include <tidemark/core/last_act.hpp>
#include <tidemark/core/system_reason.hpp>
#include <tidemark/viz/layout.hpp>
#include <tidemark/viz/svg.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

extern char** environ;  // NOLINT(readability-identifier-naming)

namespace tidemark {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_with(std::string_view what, int error) {
  throw RenderError(fmt::format("{}: {}", what, system_reason(error)));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

/// A descriptor of its own, other than the child's standard ones, which would be overwritten on the
/// way. Some of these may be closed here.
FileDescriptor above_standard(FileDescriptor low) {
  if (low.get() < 0 || low.get() > STDERR_FILENO) return low;
  return FileDescriptor(fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

/// A file in memory. With files in place of pipes the parent need not feed and drain its child,
/// and no signal comes from one that stops reading.
FileDescriptor memory_file(const std::string& bytes = {}) {
  FileDescriptor file =
      above_standard(FileDescriptor(memfd_create("tidemark-layout", MFD_CLOEXEC)));
  if (file.get() < 0) fail_with("no memory file for the layout program", errno);
  for (std::size_t done = 0; done != bytes.size();) {
    const ssize_t count =
        pwrite(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno != EINTR) fail_with("no memory for the layout program's input", errno);
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return file;
}

std::string contents(const FileDescriptor& file) {
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count =
        pread(file.get(), buffer, sizeof buffer, static_cast<off_t>(bytes.size()));
    if (count == 0) return bytes;
    if (count < 0 && errno != EINTR) fail_with("the layout program's output is lost", errno);
    if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

/// A running child; killed and collected if its picture is given up.
class Child {
 public:
  Child(const fs::path& program, const char* argument, const FileDescriptor& input,
        const FileDescriptor& output, const FileDescriptor& errors) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input.get(), 0);
    posix_spawn_file_actions_adddup2(&files, output.get(), 1);
    posix_spawn_file_actions_adddup2(&files, errors.get(), 2);
    posix_spawnattr_t attributes;  // whatever this thread blocks, the child starts without
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    std::string name = program.string();
    std::string format = argument;
    char* arguments[] = {name.data(), format.data(), nullptr};
    const int error = posix_spawn(&pid_, name.c_str(), &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) fail_with("the layout program " + name + " cannot be started", error);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (collected_) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// The wait status, once the child has ended.
  int wait(std::chrono::milliseconds limit) {
    const FileDescriptor child(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    // No such process: it has ended, and the system has collected it (see below).
    if (child.get() >= 0) {
      wait_until_readable(child, limit);
    } else if (errno != ESRCH) {
      fail_with("the layout program cannot be watched", errno);
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0) {
      if (errno == EINTR) continue;
      collected_ = true;  // by someone else
      throw RenderError(
          "this process ignores SIGCHLD or collects every child, so it is unknown how the layout "
          "program ended");
    }
    collected_ = true;
    return status;
  }

 private:
  static void wait_until_readable(const FileDescriptor& file, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    pollfd event{.fd = file.get(), .events = POLLIN, .revents = 0};
    for (int ready = 0; ready <= 0;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        throw RenderError(fmt::format(
            "the layout program was stopped, because it took longer than {} ms", limit.count()));
      }
      ready = poll(&event, 1, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
      if (ready < 0 && errno != EINTR) fail_with("the layout program cannot be watched", errno);
    }
  }

  pid_t pid_ = -1;
  bool collected_ = false;
};

fs::path layout_program() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    fs::path beside = self.parent_path() / "tidemark-layout";
    if (access(beside.c_str(), X_OK) == 0) return beside;
    if (self.native().starts_with(TIDEMARK_BUILD_FOLDER "/")) return TIDEMARK_LAYOUT_PROGRAM;
  }
  if (access(TIDEMARK_INSTALLED_LAYOUT_PROGRAM, X_OK) == 0)
    return TIDEMARK_INSTALLED_LAYOUT_PROGRAM;
  // Installed elsewhere than it was meant to be.
  const char* const path = std::getenv("PATH");
  for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    fs::path in_path = fs::path(folder) / "tidemark-layout";
    if (access(in_path.c_str(), X_OK) == 0) return in_path;
  }
  return TIDEMARK_INSTALLED_LAYOUT_PROGRAM;
}

const char* name_of(Format format) {
  switch (format) {
    case Format::svg:
      return "svg";
    case Format::png:
      return "png";
    case Format::pdf:
      return "pdf";
    case Format::dot:
      return "dot";
  }
  return "";
}

constexpr int too_large = 2;  // the exit status of a layout program that refuses the format

/// What a program says last is why it ended.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

/// Where the links at a path lead, so that they stay.
fs::path target_of(const fs::path& path) {
  fs::path at = path;
  for (int links = 0; links != 40; ++links) {
    std::error_code none;
    const fs::path to = fs::read_symlink(at, none);
    if (none) return at;
    at = at.parent_path() / to;
  }
  fail_with("the picture " + path.string() + " cannot be written", ELOOP);
}

/// Whether the open file still is the one at `path`.
bool is_at(const FileDescriptor& file, const fs::path& path) {
  struct stat open {
  }, there{};
  return fstat(file.get(), &open) == 0 && lstat(path.c_str(), &there) == 0 &&
         open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

/// Makes the file at `path`, or takes what a killed program has left there; waits while another
/// writes it, which it does in one go. Whatever ends the program removes it. Returns an error, or
/// 0.
int write_and_move(const fs::path& path, const std::string& bytes, const fs::path& target) {
  for (;;) {
    std::optional<LastAct::Hold> hold(std::in_place);
    const FileDescriptor file = above_standard(FileDescriptor(
        open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666)));
    struct stat status {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) return errno;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    // Where there are no locks, without.
    if (fcntl(file.get(), F_OFD_SETLK, &whole) != 0 && (errno == EAGAIN || errno == EACCES)) {
      hold.reset();
      while (fcntl(file.get(), F_OFD_SETLKW, &whole) != 0 && errno == EINTR) {
      }
      continue;
    }
    if (!is_at(file, path)) continue;  // another has moved it to its target meanwhile
    const LastAct removal([&] {
      struct stat there {};
      if (lstat(path.c_str(), &there) == 0 && there.st_dev == status.st_dev &&
          there.st_ino == status.st_ino)
        unlink(path.c_str());
    });
    hold.reset();
    int error = ftruncate(file.get(), 0) == 0 ? 0 : errno;
    for (std::size_t done = 0; error == 0 && done != bytes.size();) {
      const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno != EINTR) error = errno;
      if (count > 0) done += static_cast<std::size_t>(count);
    }
    hold.emplace();
    if (error == 0 && std::rename(path.c_str(), target.c_str()) != 0) error = errno;
    if (error != 0) unlink(path.c_str());
    return error;
  }
}

}  // namespace

std::string render(const std::string& dot, Format format, const LayoutOptions& options) {
  // Only SVG needs the links that carry the ports' ids; elsewhere they could be clicked.
  const FileDescriptor input =
      memory_file(format == Format::svg ? dot : detail::without_links(dot));
  const FileDescriptor output = memory_file();
  const FileDescriptor errors = memory_file();
  const fs::path program = options.program.empty() ? layout_program() : options.program;
  const int status =
      Child(program, name_of(format), input, output, errors).wait(options.time_limit);
  if (WIFSIGNALED(status)) {
    throw RenderError(fmt::format("the layout program was ended by signal {} ({})",
                                  WTERMSIG(status), strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) != 0) {
    const std::string why = last_line(contents(errors));
    if (WEXITSTATUS(status) == too_large && !why.empty()) throw RenderError(why);
    throw RenderError(
        fmt::format("the layout program failed: {}",
                    why.empty() ? fmt::format("exit status {}", WEXITSTATUS(status)) : why));
  }
  std::string picture = contents(output);
  if (picture.empty()) throw RenderError("the layout program wrote no picture");
  return format == Format::svg ? detail::clean_svg(picture) : picture;
}

void write_picture(const fs::path& path, const std::string& dot, const LayoutOptions& options) {
  const std::string extension = path.extension().string();
  std::optional<Format> format;
  if (extension == ".svg") format = Format::svg;
  if (extension == ".png") format = Format::png;
  if (extension == ".pdf") format = Format::pdf;
  if (!format && extension != ".dot" && extension != ".gv") {
    throw RenderError(fmt::format("{} names no picture format; .svg, .png, .pdf, .dot and .gv do",
                                  path.string()));
  }
  const std::string bytes = format ? render(dot, *format, options) : dot;

  const fs::path target = target_of(path);
  fs::path temporary = target;
  temporary += ".tidemark-part";
  if (const int error = write_and_move(temporary, bytes, target); error != 0)
    fail_with("the picture " + path.string() + " cannot be written", error);
}

}  // namespace tidemark
