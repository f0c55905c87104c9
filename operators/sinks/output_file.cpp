// SPDX-License-Identifier: MIT
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/output_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tidemark::detail {
namespace {

/// The descriptors of which output files take no more than half; the rest is for all else.
std::size_t most_open() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 1 << 20;
  return std::max<std::size_t>(4, static_cast<std::size_t>(limit.rlim_cur / 2));
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// Locks an open file until it is closed; false if another has it open and locked. Not what
/// flock(1) does, so that a script may lock its output by itself. Where there are no locks, true.
bool lock(int descriptor) {
  struct flock wanted = whole_file();
  return ::fcntl(descriptor, F_OFD_SETLK, &wanted) == 0 || (errno != EAGAIN && errno != EACCES);
}

bool is_locked(int descriptor) {
  struct flock wanted = whole_file();
  return ::fcntl(descriptor, F_OFD_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
}

/// Whether the open file still is the one at `path`.
bool is_at(int descriptor, const std::string& path) {
  struct stat open {
  }, there{};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

/// Whether nobody has removed the open file.
bool has_name(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink != 0;
}

[[noreturn]] void fail_to_make(const std::string& name, int error) {
  if (::access(name.c_str(), F_OK) != 0) throw_file_error("write", name, error);
  throw FileError("cannot write '" + name +
                  "': no file can be made beside it: " + std::generic_category().message(error));
}

[[noreturn]] void refuse(const std::string& name) {
  throw FileError("cannot write '" + name + "': another run is writing it");
}

}  // namespace

struct OutputFile::Pool {
  std::mutex mutex;             // taken after that of a file, or while that of another is tried
  std::list<OutputFile*> open;  // the one that was used longest ago first

  /// Requires: the mutex is held. False if all that are open are in use.
  bool close_one() {
    for (OutputFile* const file : open) {
      if (!file->mutex_.try_lock()) continue;
      if (::close(std::exchange(file->descriptor_, -1)) != 0) file->close_error_ = errno;
      open.erase(file->place_);
      file->mutex_.unlock();
      return true;
    }
    return false;
  }
};

OutputFile::Pool& OutputFile::pool() {
  static Pool pool;
  return pool;
}

int open_output(const std::string& path, int flags, mode_t mode) {
  const StandardDescriptors none_of_them;
  OutputFile::Pool& pool = OutputFile::pool();
  {
    const std::lock_guard lock(pool.mutex);
    while (pool.open.size() >= most_open() && pool.close_one()) {
    }
  }
  while (true) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor >= 0 || (errno != EMFILE && errno != ENFILE)) return descriptor;
    const int error = errno;
    const std::lock_guard lock(pool.mutex);
    errno = error;
    if (!pool.close_one()) return -1;
  }
}

void remove_left(const std::string& path, const std::string& name) {
  const int left = open_output(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  if (left < 0 && (errno == ENOENT || errno == ENOTDIR)) return;
  if (left < 0) {
    const int error = errno;
    throw_file_error("write '" + name + "' by way of", path, error);
  }
  const bool ended = lock(left);
  // Under its lock, which whoever removes it has: so it is not the file of another meanwhile.
  const bool removed = ended && (!is_at(left, path) || ::unlink(path.c_str()) == 0);
  const int error = errno;
  ::close(left);
  if (!ended) refuse(name);
  if (!removed) throw_file_error("remove", path, error);
}

bool is_being_written(const std::string& path) {
  const int descriptor = open_output(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  const bool locked = is_locked(descriptor);
  ::close(descriptor);
  return locked;
}

std::unique_ptr<OutputFile> OutputFile::make(std::string path, std::string name, mode_t mode) {
  for (int tries = 0; tries != 100; ++tries) {
    const int descriptor = open_output(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (descriptor < 0 && errno != EEXIST) fail_to_make(name, errno);
    if (descriptor < 0) {
      remove_left(path, name);
    } else if (lock(descriptor) && has_name(descriptor)) {
      return std::unique_ptr<OutputFile>(
          new OutputFile(descriptor, std::move(path), std::move(name)));
    } else {  // others took it for one that was left, before it was locked
      ::close(descriptor);
    }
  }
  refuse(name);
}

std::unique_ptr<OutputFile> OutputFile::open(std::string path, std::string name) {
  const int descriptor = open_output(path, O_WRONLY | O_CREAT, 0666);
  if (descriptor < 0) throw_file_error("write", name, errno);
  std::unique_ptr<OutputFile> file(new OutputFile(descriptor, std::move(path), std::move(name)));
  if (!lock(descriptor)) refuse(file->name_);
  return file;
}

OutputFile::OutputFile(int descriptor, std::string name)
    : name_(std::move(name)),
      descriptor_(descriptor) {}

OutputFile::OutputFile(int descriptor, std::string path, std::string name)
    : path_(std::move(path)),
      name_(std::move(name)),
      descriptor_(descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    const int error = errno;
    ::close(descriptor);
    fail(error);
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
  size_ = static_cast<std::uint64_t>(status.st_size);
  const std::lock_guard lock(pool().mutex);
  place_ = pool().open.insert(pool().open.end(), this);
}

OutputFile::~OutputFile() {
  if (regular()) {
    const std::lock_guard lock(pool().mutex);
    if (descriptor_ >= 0) pool().open.erase(place_);
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::cut(std::uint64_t size) {
  use([&] {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0 ||
        ::lseek(descriptor_, static_cast<off_t>(size), SEEK_SET) < 0)
      fail(errno);
  });
  size_ = size;
}

void OutputFile::append(std::string_view text) {
  use([&] { write_all(descriptor_, text, name_); });
  size_ += text.size();
}

void OutputFile::sync() {
  use([this] {
    if (::fsync(descriptor_) != 0 && (regular() || errno != EINVAL)) fail(errno);  // a pipe
  });
}

void OutputFile::move_to(const std::string& path, std::optional<mode_t> permissions) {
  use([&] {
    if (permissions && ::fchmod(descriptor_, *permissions) != 0) fail(errno);
    if (std::rename(path_.c_str(), path.c_str()) != 0) fail(errno);
  });
}

void OutputFile::remove() noexcept {
  try {
    {
      const std::lock_guard lock(mutex_);
      close_error_ = 0;
    }
    use([this] {
      if (is_at(descriptor_, path_)) ::unlink(path_.c_str());
    });
  } catch (const FileError&) {  // it is not there any more
  }
}

template <typename Work>
void OutputFile::use(const Work& work) {
  const std::lock_guard lock(mutex_);
  if (regular()) {
    if (close_error_ != 0) fail(std::exchange(close_error_, 0));
    const bool closed = descriptor_ < 0;
    if (closed) descriptor_ = reopened();
    const std::lock_guard pool_lock(pool().mutex);
    auto& open = pool().open;
    if (closed) {
      place_ = open.insert(open.end(), this);
    } else {
      open.splice(open.end(), open, place_);
    }
  }
  work();
}

int OutputFile::reopened() const {
  const int descriptor = open_output(path_, O_WRONLY | O_NOFOLLOW);
  if (descriptor < 0 && errno != ENOENT) fail(errno);
  struct stat status {};
  if (descriptor >= 0 && lock(descriptor) && ::fstat(descriptor, &status) == 0 &&
      status.st_dev == device_ && status.st_ino == inode_ &&
      static_cast<std::uint64_t>(status.st_size) == size_ && ::lseek(descriptor, 0, SEEK_END) >= 0)
    return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  throw FileError("cannot write '" + name_ + "': '" + path_ +
                  "' was changed or removed by others while it was being written");
}

void OutputFile::fail(int error) const {
  throw_file_error("write", name_, error);
}

}  // namespace tidemark::detail
