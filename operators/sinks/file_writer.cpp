// SPDX-License-Identifier: MIT
#include <tidemark/core/no_size_signal.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/output_file.hpp>
#include <tidemark/operators/sinks/output_path.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

}  // namespace

void remove_left_of(const std::string& path) {
  try {
    const FileClaim unless_written_here = FileClaim::of_writer(path);
    detail::remove_left(detail::temporary_beside(detail::target_of(path)), path);
  } catch (const FileError&) {  // it is being written, or whoever writes it next is told why not
  }
}

void write_all(int descriptor, std::string_view text, const std::string& name) {
  const NoSizeSignal no_signal;
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EBADF && is_closed(descriptor))
      throw FileError("cannot write '" + name + "': it is closed");
    if (written < 0) throw_file_error("write", name, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

FileWriter::FileWriter(std::string path)
    : path_(std::move(path)),
      target_(detail::target_of(path_)),
      claim_(FileClaim::of_writer(path_)) {
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  const bool is_own = detail::own_descriptor(target_) >= 0;
  if (exists && !is_own && S_ISDIR(status.st_mode)) throw_file_error("write", path_, EISDIR);
  if (is_own || (exists && !S_ISREG(status.st_mode))) {
    open_directly();
    return;
  }
  // A run that writes in place; one that does not is met at the temporary file.
  if (exists && detail::is_being_written(target_))
    throw FileError("cannot write '" + path_ + "': another run is writing it");
  // New with 0666, so that the process's umask is minded by who knows it.
  mode_t mode = 0666;
  if (exists) {
    permissions_ = status.st_mode & 07777;
    mode = (*permissions_ & 0666) | 0600;
  }
  file_ = detail::OutputFile::make(detail::temporary_beside(target_), path_, mode);
  temporary_ = true;
}

FileWriter::FileWriter(std::string path, std::uint64_t kept)
    : path_(std::move(path)),
      target_(detail::target_of(path_)),
      claim_(FileClaim::of_writer(path_)),
      size_(kept) {
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (detail::own_descriptor(target_) >= 0 || (exists && !S_ISREG(status.st_mode))) {
    open_directly();
    return;
  }
  detail::remove_left(detail::temporary_beside(target_), path_);
  file_ = detail::OutputFile::open(target_, path_);
  if (file_->size() < kept)
    throw FileError("cannot write '" + path_ + "' on after its first " + std::to_string(kept) +
                    " bytes, which an earlier run has written: it has " +
                    std::to_string(file_->size()) + " bytes");
  file_->cut(kept);
}

void FileWriter::open_directly() {
  const StandardDescriptors none_of_them;
  const int own = detail::own_descriptor(target_);
  if (own >= 0 && own <= STDERR_FILENO && is_closed(own))
    throw FileError("cannot write '" + path_ + "': it is closed");
  const int descriptor = own >= 0 ? ::fcntl(own, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                                  : detail::SpareDescriptor::open(target_, O_WRONLY);
  if (descriptor < 0) throw_file_error("write", path_, errno);
  file_ = std::make_unique<detail::OutputFile>(descriptor, path_);
}

FileWriter::~FileWriter() {
  if (file_ && temporary_) file_->remove();
}

void FileWriter::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_size) flush();
}

void FileWriter::flush() {
  file_->append(buffer_);
  size_ += buffer_.size();
  buffer_.clear();
}

std::uint64_t FileWriter::sync() {
  flush();
  file_->sync();
  return size_;
}

void FileWriter::commit() {
  sync();
  if (temporary_) file_->move_to(target_, permissions_);
  file_.reset();
  claim_.reset();
}

}  // namespace tidemark
