// SPDX-License-Identifier: MIT
//
// Open files: as many at a time as the process may have, however many are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

namespace tidemark::detail {

/// A file, a pipe, or standard input for the path `-`, open for reading. Of the regular files only
/// half as many are open at a time as the process may have descriptors: the one that has not been
/// read for longest is closed, and opened again when it is read. One whose name is gone stays open.
/// All throw FileError. Thread: one at a time; others may use other files.
class OpenFile {
 public:
  enum class Closing { allowed, never };

  explicit OpenFile(std::string path, Closing closing = Closing::allowed);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  const std::string& path() const { return path_; }
  bool regular() const { return regular_; }
  /// Requires: not regular, as others may be closed.
  int descriptor() const { return fd_; }

  /// Whether the path still names this file.
  bool has_its_name() const;

  /// As the system tells it now.
  std::uint64_t size();

  /// Reads up to `size` bytes, of a regular file those at `offset`; 0 at the end.
  std::size_t read(char* to, std::size_t size, std::uint64_t offset);

 private:
  friend class OpenFiles;
  using Id = std::pair<dev_t, ino_t>;

  [[noreturn]] void fail(int error) const;
  ssize_t read_some(char* to, std::size_t size, std::uint64_t offset);

  std::string path_;
  int fd_ = -1;
  bool regular_ = false;
  bool at_offsets_ = false;  // it is read so
  std::uint64_t begin_ = 0;  // of standard input: others may have read from it before us
  Id id_{};
  std::optional<std::list<OpenFile*>::iterator> unused_;  // among those that may be closed
  bool may_close_ = false;
};

/// Throws a FileError for `error` of the system, which names a limit that was reached.
[[noreturn]] void fail_to_read(const std::string& path, int error);

}  // namespace tidemark::detail
