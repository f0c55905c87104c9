// SPDX-License-Identifier: MIT
//
// Writing files so that nothing half-written ever stands under the final name.
#pragma once

#include <tidemark/operators/sinks/file_claim.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace tidemark {

namespace detail {
class OutputFile;
}

/// Writes to a temporary file beside `path` that takes its place on `commit`, whole and synced;
/// what is not committed is removed, and what a killed program has left goes when the file is
/// written again. Of a link the target is written. What is not a regular file (/dev/full, a pipe)
/// is written directly, and standard output goes on where it is. A file that another writer has,
/// here or in another process, is refused; but any number of writers share the descriptors of the
/// process, and another process does not see a file that is closed meanwhile to make room. If it
/// begins the same file the first to come back to it fails, and names it. Throws FileError. Thread:
/// one at a time.
class FileWriter {
 public:
  /// Begins anew; what stands at `path` stays until `commit`.
  explicit FileWriter(std::string path);
  /// Writes the file at `path` itself, after its first `kept` bytes; what follows them is dropped.
  /// What is written lasts from `sync` on.
  FileWriter(std::string path, std::uint64_t kept);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  /// Appends to the file, at the latest by `sync` or `commit`.
  void write(std::string_view text);
  /// Puts the file in its place. Nothing may be called after it.
  void commit();
  /// Brings all that was written to the disk, and gives the size of the file.
  std::uint64_t sync();

 private:
  /// Opens what is not a regular file.
  void open_directly();
  void flush();

  std::string path_;
  std::string target_;  // where the links of `path_` lead
  std::optional<FileClaim> claim_;
  std::unique_ptr<detail::OutputFile> file_;  // null: committed
  bool temporary_ = false;                    // moves to `target_` on commit
  std::optional<mode_t> permissions_;         // that it then gets
  std::uint64_t size_ = 0;                    // without what is in the buffer
  std::string buffer_;
};

/// Removes what a killed program has left of a file that it was writing, as far as that can be
/// done. What a program that goes on writes stays. Thread: any.
void remove_left_of(const std::string& path);

/// Writes all of `text` to a descriptor. Throws FileError naming `name`.
void write_all(int descriptor, std::string_view text, const std::string& name);

}  // namespace tidemark
