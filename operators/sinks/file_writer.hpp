// SPDX-License-Identifier: MIT
//
// Writing files so that nothing half-written ever stands under the final name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// Writes to a temporary file beside `path` that takes its place on `commit`, whole and synced;
/// what is not committed is removed. What is not a regular file (/dev/full, a pipe) is written
/// directly. Throws FileError. Thread: one at a time.
class FileWriter {
 public:
  explicit FileWriter(std::string path);
  /// Writes the file at `path` itself, after its first `kept` bytes; what follows them is dropped.
  /// What is written lasts from `sync` on.
  FileWriter(std::string path, std::uint64_t kept);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  void write(std::string_view text);
  void commit();
  /// Brings all that was written to the disk, and gives the size of the file.
  std::uint64_t sync();

 private:
  void flush();

  std::string path_;
  std::string temporary_;  // empty if written directly
  int fd_ = -1;
  std::uint64_t size_ = 0;  // without what is in the buffer
  std::string buffer_;
};

/// Writes all of `text` to a descriptor. Throws FileError naming `name`.
void write_all(int descriptor, std::string_view text, const std::string& name);

}  // namespace tidemark
