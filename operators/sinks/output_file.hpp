// SPDX-License-Identifier: MIT
//
// Output files: no two runs write one.
#pragma once

#include <tidemark/core/last_act.hpp>
#include <tidemark/operators/spare_descriptor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace tidemark::detail {

/// A file that is written from its beginning to its end. If it is regular it is locked while it is
/// open, has a SpareDescriptor, and must be what it was when it is opened again. All throw
/// FileError, naming `name`. Thread: one at a time.
class OutputFile {
 public:
  /// Makes the file in which `name` is written; whatever ends the program removes it (LastAct).
  /// What a run has left that is no more goes; what another run writes is an error.
  static std::unique_ptr<OutputFile> make(std::string path, std::string name, mode_t mode);
  /// Opens the regular file that is there, or makes it. What another run writes is an error.
  static std::unique_ptr<OutputFile> open(std::string path, std::string name);
  /// Of what is no regular file, or was opened by others.
  OutputFile(int descriptor, std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

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
  /// Removes it, unless another has its path by now, or a process has it that this was forked off.
  void remove() noexcept;

 private:
  OutputFile(int descriptor, std::string path, std::string name);
  template <typename Work>
  void use(const Work& work);
  int reopened() const;
  [[noreturn]] void fail(int error) const;

  std::string path_;  // empty: not regular
  std::string name_;
  SpareDescriptor descriptor_;
  std::uint64_t device_ = 0, inode_ = 0, size_ = 0;
  std::optional<LastAct> removal_;
};

/// Removes the file at `path`, in which `name` was being written, of a run that is no more. Throws
/// FileError, also if the run goes on.
void remove_left(const std::string& path, const std::string& name);

/// Whether a run that goes on has the file at `path` open as its OutputFile.
bool is_being_written(const std::string& path);

}  // namespace tidemark::detail
