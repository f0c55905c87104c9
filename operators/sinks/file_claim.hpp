// SPDX-License-Identifier: MIT
//
// File claims: no two write one file, however its path is spelled.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace tidemark {

/// Holds a file for as long as it lives: one that is regular, or is not there yet. Of anything else
/// (a pipe, a terminal, what is in no directory), and of nothing, any number of claims may be made.
/// Thread: any.
class FileClaim {
 public:
  FileClaim() = default;
  /// For a writer, which holds the file from its beginning to its end. Throws FileError.
  static FileClaim of_writer(const std::string& path);
  /// For what `user` will write in a run, known by its address, or in a command. Throws
  /// DataflowError, naming both users.
  static FileClaim of_user(const void* run, const std::string& user, const std::string& path);
  FileClaim(FileClaim&& other) noexcept = default;
  FileClaim& operator=(FileClaim&&) = delete;
  ~FileClaim();

 private:
  /// A run, a device and an inode: of a directory with a name in it, or of a file without.
  using Key = std::tuple<const void*, std::uint64_t, std::uint64_t, std::string>;

  /// Who holds the file already, in which case it is not claimed; else empty.
  std::string claim(const void* run, const std::string& user, const std::string& path);

  std::vector<Key> keys_;
};

}  // namespace tidemark
