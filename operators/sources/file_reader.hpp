// SPDX-License-Identifier: MIT
//
// Reading files block by block, so that one that changes meanwhile is an error and not a surprise.
#pragma once

#include <cstdint>
#include <string>

namespace tidemark {

/// A file, a pipe, or standard input for the path `-`, open for reading. All throw FileError.
/// Thread: one at a time.
class FileReader {
 public:
  explicit FileReader(std::string path);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();

  const std::string& path() const { return path_; }
  int descriptor() const { return fd_; }
  bool regular() const { return regular_; }

  /// Waits until a pipe has a writer, before which it seems to be at its end.
  void wait() const;

  /// Goes on at `offset`, which must not be behind the end. Requires: regular.
  void seek(std::uint64_t offset);

  /// Appends a block; false at the end of the file, which must not have shrunk.
  bool read(std::string& to);

 private:
  [[noreturn]] void fail(int error);
  std::uint64_t size() const;

  std::string path_;
  int fd_;
  bool regular_ = false;
  std::uint64_t offset_ = 0;  // of the next block
};

}  // namespace tidemark
