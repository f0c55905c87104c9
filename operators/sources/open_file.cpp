// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/open_file.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <mutex>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tidemark::detail {
namespace {

constexpr std::size_t few = 8;

rlim_t most_descriptors() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

bool is_limit(int error) {
  return error == EMFILE || error == ENFILE;
}

std::string name_of(const std::string& path) {
  return path == "-" ? "standard input" : "'" + path + "'";
}

}  // namespace

/// Those of the process that may be closed. Thread: any.
class OpenFiles {
 public:
  static OpenFiles& of_process() {
    static OpenFiles files;
    return files;
  }

  /// A descriptor of `path`, for which others are closed if need be; -1 and errno.
  int open(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return open_locked(path);
  }

  /// From here on `file` is one of them, and is not being read.
  void add(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    file.may_close_ = true;
    ++open_;
    file.unused_ = unused_.insert(unused_.end(), &file);
    make_room(0);
  }

  void remove(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    if (file.unused_) unused_.erase(*file.unused_);
    if (file.fd_ >= 0) --open_;
    if (open_ == 0) most_ = std::numeric_limits<std::size_t>::max();
  }

  /// Opens `file` if it is closed, and keeps it open until `end_use`.
  void begin_use(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    if (file.unused_) {
      unused_.erase(*file.unused_);
      file.unused_.reset();
      return;
    }
    const int fd = open_locked(file.path_);
    if (fd < 0 && errno != ENOENT) fail_to_read(file.path_, errno);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0 ||
        OpenFile::Id{status.st_dev, status.st_ino} != file.id_) {
      if (fd >= 0) ::close(fd);
      throw FileError("cannot read " + name_of(file.path_) +
                      " on: it was replaced or removed while it was being read, when it was not "
                      "open, as more files are read than this process may have open (" +
                      std::to_string(most_descriptors()) + ", ulimit -n)");
    }
    file.fd_ = fd;
    ++open_;
  }

  void end_use(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    file.unused_ = unused_.insert(unused_.end(), &file);
  }

 private:
  std::size_t most() const {
    return std::min(most_, std::max<std::size_t>(few, most_descriptors() / 2));
  }

  int open_locked(const std::string& path) {
    make_room(1);
    for (;;) {
      // Not blocking, since the opening of a pipe waits for a writer; reading then may block.
      const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
      if (fd >= 0 || !is_limit(errno)) return fd;
      const int error = errno;
      most_ = std::max<std::size_t>(1, open_ / 2);
      if (!make_room(1)) {
        errno = error;
        return -1;
      }
    }
  }

  /// Closes those that were used first, so that `more` may be opened; false if it closed none.
  bool make_room(std::size_t more) {
    bool closed = false;
    for (auto file = unused_.begin(); file != unused_.end() && open_ + more > most();) {
      struct stat status {};
      if (::fstat((*file)->fd_, &status) == 0 && status.st_nlink == 0) {
        ++file;  // nobody could open it again
        continue;
      }
      ::close((*file)->fd_);
      (*file)->fd_ = -1;
      (*file)->unused_.reset();
      file = unused_.erase(file);
      --open_;
      closed = true;
    }
    return closed;
  }

  std::mutex mutex_;
  std::list<OpenFile*> unused_;  // open, and not being read; the one that was read last is last
  std::size_t open_ = 0;         // those, and the ones that are being read
  std::size_t most_ = std::numeric_limits<std::size_t>::max();  // may be open, by experience
};

void fail_to_read(const std::string& path, int error) {
  if (error == EMFILE)
    throw FileError("cannot read " + name_of(path) +
                    ": too many open files; this process may have " +
                    std::to_string(most_descriptors()) + " open at a time (ulimit -n)");
  if (path == "-" && error == EBADF) throw FileError("cannot read standard input: it is closed");
  throw_file_error("read", path, error);
}

OpenFile::OpenFile(std::string path, Closing closing)
    : path_(std::move(path)),
      fd_(path_ == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                       : OpenFiles::of_process().open(path_)) {
  if (fd_ < 0) fail_to_read(path_, errno);
  const int flags = ::fcntl(fd_, F_GETFL);
  if (path_ == "-" && (flags & O_PATH) != 0) fail(EBADF);  // it stands for one that is closed
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail(errno);
  if (S_ISDIR(status.st_mode)) fail(EISDIR);
  if (path_ != "-" && ::fcntl(fd_, F_SETFL, flags & ~O_NONBLOCK) != 0) fail(errno);
  id_ = {status.st_dev, status.st_ino};
  regular_ = at_offsets_ = S_ISREG(status.st_mode);
  if (!regular_) return;
  if (path_ == "-") {
    const off_t at = ::lseek(fd_, 0, SEEK_CUR);
    if (at > 0) begin_ = static_cast<std::uint64_t>(at);
  } else if (closing == Closing::allowed) {
    OpenFiles::of_process().add(*this);
  }
}

OpenFile::~OpenFile() {
  if (may_close_) OpenFiles::of_process().remove(*this);
  if (fd_ >= 0) ::close(fd_);
}

bool OpenFile::has_its_name() const {
  struct stat status {};
  return ::stat(path_.c_str(), &status) == 0 && Id{status.st_dev, status.st_ino} == id_;
}

std::uint64_t OpenFile::size() {
  if (may_close_) OpenFiles::of_process().begin_use(*this);
  struct stat status {};
  const int error = ::fstat(fd_, &status) == 0 ? 0 : errno;
  if (may_close_) OpenFiles::of_process().end_use(*this);
  if (error != 0) fail_to_read(path_, error);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return size - std::min(size, begin_);
}

std::size_t OpenFile::read(char* to, std::size_t size, std::uint64_t offset) {
  if (may_close_) OpenFiles::of_process().begin_use(*this);
  ssize_t got = 0;
  do {
    got = read_some(to, size, offset);
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  if (may_close_) OpenFiles::of_process().end_use(*this);
  if (got < 0) fail_to_read(path_, error);
  return static_cast<std::size_t>(got);
}

ssize_t OpenFile::read_some(char* to, std::size_t size, std::uint64_t offset) {
  if (at_offsets_) {
    const auto at = static_cast<off_t>(begin_ + offset);
    const ssize_t got = ::pread(fd_, to, size, at);
    if (got >= 0 && path_ == "-") ::lseek(fd_, at + got, SEEK_SET);  // for those who read after us
    if (got >= 0 || errno != ESPIPE) return got;
    at_offsets_ = false;  // some that the kernel makes up are read from front to back only
  }
  return ::read(fd_, to, size);
}

void OpenFile::fail(int error) const {
  ::close(fd_);
  fail_to_read(path_, error);
}

}  // namespace tidemark::detail
