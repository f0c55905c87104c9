// SPDX-License-Identifier: MIT
#include <tidemark/core/system_reason.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/output_file.hpp>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark::detail {
namespace {

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

[[noreturn]] void fail_to_make(const std::string& name, int error) {
  if (::access(name.c_str(), F_OK) != 0) throw_file_error("write", name, error);
  throw FileError("cannot write '" + name +
                  "': no file can be made beside it: " + system_reason(error));
}

[[noreturn]] void refuse(const std::string& name) {
  throw FileError("cannot write '" + name + "': another run is writing it");
}

}  // namespace

void remove_left(const std::string& path, const std::string& name) {
  const int left = SpareDescriptor::open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
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
  const int descriptor = SpareDescriptor::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  const bool locked = is_locked(descriptor);
  ::close(descriptor);
  return locked;
}

std::unique_ptr<OutputFile> OutputFile::make(std::string path, std::string name, mode_t mode) {
  for (int tries = 0; tries != 100; ++tries) {
    // No signal ends the program before the file has its LastAct.
    std::optional<LastAct::Hold> hold(std::in_place);
    const int descriptor = SpareDescriptor::open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (descriptor < 0 && errno != EEXIST) fail_to_make(name, errno);
    if (descriptor < 0) {
      hold.reset();
      remove_left(path, name);
    } else if (lock(descriptor) && is_at(descriptor, path)) {
      std::unique_ptr<OutputFile> file(
          new OutputFile(descriptor, std::move(path), std::move(name)));
      file->removal_.emplace([path = file->path_, device = file->device_, inode = file->inode_] {
        struct stat there {};
        if (::lstat(path.c_str(), &there) == 0 && there.st_dev == device && there.st_ino == inode)
          ::unlink(path.c_str());
      });
      return file;
    } else {  // others took it for one that was left, before it was locked
      ::close(descriptor);
    }
  }
  refuse(name);
}

std::unique_ptr<OutputFile> OutputFile::open(std::string path, std::string name) {
  const int descriptor = SpareDescriptor::open(path, O_WRONLY | O_CREAT, 0666);
  if (descriptor < 0) throw_file_error("write", name, errno);
  if (!lock(descriptor)) {
    ::close(descriptor);
    refuse(name);
  }
  return std::unique_ptr<OutputFile>(new OutputFile(descriptor, std::move(path), std::move(name)));
}

OutputFile::OutputFile(int descriptor, std::string name)
    : name_(std::move(name)),
      descriptor_(descriptor) {}

OutputFile::OutputFile(int descriptor, std::string path, std::string name)
    : path_(std::move(path)),
      name_(std::move(name)),
      descriptor_(descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail(errno);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  size_ = static_cast<std::uint64_t>(status.st_size);
  descriptor_.share();
}

void OutputFile::cut(std::uint64_t size) {
  use([&](int descriptor) {
    if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0 ||
        ::lseek(descriptor, static_cast<off_t>(size), SEEK_SET) < 0)
      fail(errno);
  });
  size_ = size;
}

void OutputFile::append(std::string_view text) {
  use([&](int descriptor) { write_all(descriptor, text, name_); });
  size_ += text.size();
}

void OutputFile::sync() {
  use([this](int descriptor) {
    if (::fsync(descriptor) != 0 && (regular() || errno != EINVAL)) fail(errno);  // a pipe
  });
}

void OutputFile::move_to(const std::string& path, std::optional<mode_t> permissions) {
  use([&](int descriptor) {
    if (permissions && ::fchmod(descriptor, *permissions) != 0) fail(errno);
    const LastAct::Hold hold;  // else it might be gone, which is nobody's error
    if (std::rename(path_.c_str(), path.c_str()) != 0) fail(errno);
    removal_.reset();
  });
}

void OutputFile::remove() noexcept {
  if (removal_ && removal_->is_inherited()) return;
  try {
    descriptor_.use([this](int) { return reopened(); },
                    [this](int descriptor) {
                      if (is_at(descriptor, path_)) ::unlink(path_.c_str());
                    });
  } catch (const FileError&) {  // it is not there any more
  }
}

template <typename Work>
void OutputFile::use(const Work& work) {
  descriptor_.use(
      [this](int close_error) {
        if (close_error != 0) fail(close_error);
        return reopened();
      },
      work);
}

int OutputFile::reopened() const {
  const int descriptor = SpareDescriptor::open(path_, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
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
