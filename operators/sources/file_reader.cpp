// SPDX-License-Identifier: MIT
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/file_reader.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t block_size = std::size_t{256} * 1024;

}  // namespace

FileReader::FileReader(std::string path)
    : path_(std::move(path)),
      // Not blocking, since the opening of a pipe waits for a writer; reading then may block.
      fd_(path_ == "-" ? ::dup(STDIN_FILENO)
                       : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (path_ == "-" && is_closed(STDIN_FILENO)) {
    if (fd_ >= 0) ::close(fd_);
    throw FileError("cannot read standard input: it is closed");
  }
  if (fd_ < 0) throw_file_error("read", path_, errno);
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail(errno);
  if (S_ISDIR(status.st_mode)) fail(EISDIR);
  const int flags = ::fcntl(fd_, F_GETFL);
  if (path_ != "-" && ::fcntl(fd_, F_SETFL, flags & ~O_NONBLOCK) != 0) fail(errno);
  regular_ = S_ISREG(status.st_mode);
  if (regular_ && path_ == "-") {  // others may have read from it before us
    const off_t at = ::lseek(fd_, 0, SEEK_CUR);
    if (at > 0) offset_ = static_cast<std::uint64_t>(at);
  }
}

FileReader::~FileReader() {
  ::close(fd_);
}

void FileReader::wait() const {
  pollfd descriptor{fd_, POLLIN, 0};
  while (::poll(&descriptor, 1, -1) < 0 && errno == EINTR) {
  }
}

void FileReader::seek(std::uint64_t offset) {
  if (offset > size())
    throw FileError("cannot read '" + path_ + "' on at byte " + std::to_string(offset) +
                    ", where an earlier run ended: it has " + std::to_string(size()) + " bytes");
  if (::lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0)
    throw_file_error("read", path_, errno);
  offset_ = offset;
}

bool FileReader::read(std::string& to) {
  const std::size_t before = to.size();
  to.resize(before + block_size);
  ssize_t got = 0;
  do {
    got = ::read(fd_, to.data() + before, block_size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw_file_error("read", path_, errno);
  to.resize(before + static_cast<std::size_t>(got));
  offset_ += static_cast<std::uint64_t>(got);
  if (got == 0 && regular_ && size() < offset_)
    throw FileError("cannot read '" + path_ + "': it shrank while it was being read; " +
                    std::to_string(offset_) + " bytes have been read, and it has " +
                    std::to_string(size()) + " now");
  return got != 0;
}

void FileReader::fail(int error) {
  ::close(fd_);
  throw_file_error("read", path_, error);
}

std::uint64_t FileReader::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw_file_error("read", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace tidemark
