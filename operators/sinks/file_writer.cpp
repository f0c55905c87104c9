// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

std::atomic<std::uint64_t> next{0};  // temporary file of this process

}  // namespace

void write_all(int descriptor, std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_file_error("write", name, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

FileWriter::FileWriter(std::string path) : path_(std::move(path)) {
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) throw_file_error("write", path_, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    do {
      temporary_ = path_ + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
      // Made with 0666, so that the process's umask is minded by who knows it.
      fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (fd_ < 0 && errno == EEXIST);
    if (fd_ >= 0 && exists) ::fchmod(fd_, status.st_mode & 07777);
  }
  if (fd_ < 0) throw_file_error("write", path_, errno);
}

FileWriter::FileWriter(std::string path, std::uint64_t kept)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)),
      size_(kept) {
  if (fd_ < 0) throw_file_error("write", path_, errno);
  struct stat status {};
  int error = ::fstat(fd_, &status) == 0 ? 0 : errno;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool regular = S_ISREG(status.st_mode);
  if (error == 0 && regular && size >= kept &&
      (::ftruncate(fd_, static_cast<off_t>(kept)) != 0 ||
       ::lseek(fd_, static_cast<off_t>(kept), SEEK_SET) < 0))
    error = errno;
  if (error == 0 && (!regular || size >= kept)) return;
  ::close(fd_);
  if (error != 0) throw_file_error("write", path_, error);
  throw FileError("cannot write '" + path_ + "' on after its first " + std::to_string(kept) +
                  " bytes, which an earlier run has written: it has " + std::to_string(size) +
                  " bytes");
}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileWriter::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_size) flush();
}

void FileWriter::flush() {
  write_all(fd_, buffer_, path_);
  size_ += buffer_.size();
  buffer_.clear();
}

std::uint64_t FileWriter::sync() {
  flush();
  if (::fsync(fd_) != 0 && errno != EINVAL) throw_file_error("write", path_, errno);  // a pipe may
  return size_;
}

void FileWriter::commit() {
  flush();
  if (!temporary_.empty() && ::fsync(fd_) != 0) throw_file_error("write", path_, errno);
  if (::close(std::exchange(fd_, -1)) != 0) throw_file_error("write", path_, errno);
  if (!temporary_.empty() && std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    throw_file_error("write", path_, error);
  }
}

}  // namespace tidemark
