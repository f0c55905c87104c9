// SPDX-License-Identifier: MIT
//
// Open files: what is read, be it a file, a pipe or standard input.
#pragma once

#include <tidemark/operators/spare_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>

namespace tidemark::detail {

/// A file, a pipe, or standard input for the path `-`, open for reading. A regular file has a
/// SpareDescriptor, and must be what it was when it is opened again. No regular file, unless it is
/// to stay open, is what the kernel makes up as it is read: that may block (/proc/kmsg). All throw
/// FileError. Thread: one at a time; others may use other files.
class OpenFile {
 public:
  enum class Closing { allowed, never };

  explicit OpenFile(std::string path, Closing closing = Closing::allowed);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  const std::string& path() const { return path_; }
  bool regular() const { return regular_; }
  /// Requires: not regular, as others may be closed.
  int descriptor() const { return descriptor_.get(); }

  /// Whether the path still names this file.
  bool has_its_name() const;

  /// As the system tells it now.
  std::uint64_t size();

  /// Reads up to `size` bytes, of a regular file those at `offset`; 0 at the end.
  std::size_t read(char* to, std::size_t size, std::uint64_t offset);

 private:
  using Id = std::pair<dev_t, ino_t>;

  template <typename Work>
  auto use(const Work& work) {
    return descriptor_.use([this](int) { return reopened(); }, work);
  }
  int reopened() const;
  [[noreturn]] void fail(int error) const;
  ssize_t read_some(int fd, char* to, std::size_t size, std::uint64_t offset);

  std::string path_;
  SpareDescriptor descriptor_;
  bool regular_ = false;
  bool at_offsets_ = false;  // it is read so
  std::uint64_t begin_ = 0;  // of standard input: others may have read from it before us
  Id id_{};
};

}  // namespace tidemark::detail
