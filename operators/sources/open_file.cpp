// SPDX-License-Identifier: MIT
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/open_file.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark::detail {
namespace {

// Not blocking, since the opening of a pipe waits for a writer; reading then may block.
constexpr int open_flags = O_RDONLY | O_NONBLOCK;

/// Of a file on a disk this is an error.
bool can_be_waited_for(int fd) {
  const int waits = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event any{};
  any.events = EPOLLIN;
  const bool can = waits >= 0 && ::epoll_ctl(waits, EPOLL_CTL_ADD, fd, &any) == 0;
  if (waits >= 0) ::close(waits);
  return can;
}

/// Whether it is standard input by another name, and something else stands there for it.
bool is_closed_input(const std::string& path) {
  return (path == "/dev/stdin" || path == "/dev/fd/0" || path == "/proc/self/fd/0") &&
         is_closed(STDIN_FILENO);
}

}  // namespace

OpenFile::OpenFile(std::string path, Closing closing)
    : path_(std::move(path)),
      descriptor_(path_ == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                               : SpareDescriptor::open(path_, open_flags)) {
  const int fd = descriptor_.get();
  if (fd < 0) fail(errno);
  const int flags = ::fcntl(fd, F_GETFL);
  if (path_ == "-" && (flags & O_PATH) != 0) fail(EBADF);  // it stands for one that is closed
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(errno);
  if (S_ISDIR(status.st_mode) && is_closed_input(path_))
    throw FileError("cannot read '" + path_ + "': it is closed");
  if (S_ISDIR(status.st_mode)) fail(EISDIR);
  if (path_ != "-" && ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) fail(errno);
  id_ = {status.st_dev, status.st_ino};
  const bool is_made_up =
      closing == Closing::allowed && status.st_size == 0 && can_be_waited_for(fd);
  regular_ = at_offsets_ = S_ISREG(status.st_mode) && !is_made_up;
  if (!regular_) return;
  if (path_ == "-") {
    const off_t at = ::lseek(fd, 0, SEEK_CUR);
    if (at > 0) begin_ = static_cast<std::uint64_t>(at);
  } else if (closing == Closing::allowed) {
    descriptor_.share();
  }
}

bool OpenFile::has_its_name() const {
  struct stat status {};
  return ::stat(path_.c_str(), &status) == 0 && Id{status.st_dev, status.st_ino} == id_;
}

std::uint64_t OpenFile::size() {
  return use([this](int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail(errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return size - std::min(size, begin_);
  });
}

std::size_t OpenFile::read(char* to, std::size_t size, std::uint64_t offset) {
  return use([&](int fd) {
    ssize_t got = 0;
    do {
      got = read_some(fd, to, size, offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) fail(errno);
    return static_cast<std::size_t>(got);
  });
}

ssize_t OpenFile::read_some(int fd, char* to, std::size_t size, std::uint64_t offset) {
  if (at_offsets_) {
    const auto at = static_cast<off_t>(begin_ + offset);
    const ssize_t got = ::pread(fd, to, size, at);
    if (got >= 0 && path_ == "-") ::lseek(fd, at + got, SEEK_SET);  // for those who read after us
    if (got >= 0 || errno != ESPIPE) return got;
    at_offsets_ = false;  // some that the kernel makes up are read from front to back only
  }
  return ::read(fd, to, size);
}

int OpenFile::reopened() const {
  const int fd = SpareDescriptor::open(path_, open_flags);
  if (fd < 0 && errno != ENOENT) fail(errno);
  struct stat status {};
  if (fd >= 0 && ::fstat(fd, &status) == 0 && Id{status.st_dev, status.st_ino} == id_) return fd;
  if (fd >= 0) ::close(fd);
  throw FileError("cannot read '" + path_ +
                  "' on: it was replaced or removed while it was being read, when it was not "
                  "open, as more files are read than this process may have open (ulimit -n)");
}

void OpenFile::fail(int error) const {
  if (path_ == "-" && error == EBADF) throw FileError("cannot read standard input: it is closed");
  throw_file_error("read", path_, error);
}

}  // namespace tidemark::detail
