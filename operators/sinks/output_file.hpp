// SPDX-License-Identifier: MIT
//
// Output files: no two runs write one, and as many are open as the process may have.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace tidemark::detail {

/// open(2) for what is written: makes room if too many files are open, and gives no standard
/// descriptor. -1 and errno if it fails.
int open_output(const std::string& path, int flags, mode_t mode = 0);

/// A file that is written from its beginning to its end. If it is regular it is locked while it is
/// open, and when too many are the one that was used longest ago is closed until it is used again,
/// when it must be what it was. All throw FileError, naming `name`. Thread: one at a time.
class OutputFile {
 public:
  /// Makes the file in which `name` is written. What a run has left that is no more goes; what
  /// another run writes is an error.
  static std::unique_ptr<OutputFile> make(std::string path, std::string name, mode_t mode);
  /// Opens the regular file that is there, or makes it. What another run writes is an error.
  static std::unique_ptr<OutputFile> open(std::string path, std::string name);
  /// Of what is no regular file, or was opened by others.
  OutputFile(int descriptor, std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  bool regular() const { return !path_.empty(); }
  /// Of a regular file, with what was written.
  std::uint64_t size() const { return size_; }
  /// Drops what follows the first `size` bytes of a regular file.
  void cut(std::uint64_t size);
  void append(std::string_view text);
  /// Brings it to the disk, if it has one.
  void sync();
  /// Puts it in the place of what is at `path`, with these permissions or those that it has.
  void move_to(const std::string& path, std::optional<mode_t> permissions);
  /// Removes it, unless another has its path by now.
  void remove() noexcept;

 private:
  struct Pool;

  OutputFile(int descriptor, std::string path, std::string name);
  static Pool& pool();
  template <typename Work>
  void use(const Work& work);
  int reopened() const;
  [[noreturn]] void fail(int error) const;
  friend int open_output(const std::string& path, int flags, mode_t mode);

  std::string path_;  // empty: not regular
  std::string name_;
  std::mutex mutex_;  // held while the descriptor is used
  int descriptor_;    // -1: closed to make room
  int close_error_ = 0;
  std::uint64_t device_ = 0, inode_ = 0, size_ = 0;
  std::list<OutputFile*>::iterator place_;  // in the pool, while a regular one is open
};

/// Removes the file at `path`, in which `name` was being written, of a run that is no more. Throws
/// FileError, also if the run goes on.
void remove_left(const std::string& path, const std::string& name);

/// Whether a run that goes on has the file at `path` open as its OutputFile.
bool is_being_written(const std::string& path);

}  // namespace tidemark::detail
