// SPDX-License-Identifier: MIT
//
// File claims: no two write one file, and no two read one pipe, however its path is spelled.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace tidemark {

/// Holds a file for as long as it lives. For who writes: one that is regular, or is not there yet;
/// for who reads: one whose bytes only one gets, as a pipe, a terminal and standard input (`-`),
/// and a regular file, which others may read and nobody may write. Of anything else, and of
/// nothing, any number of claims may be made. Thread: any.
class FileClaim {
 public:
  FileClaim() = default;
  /// For a writer, which holds the file from its beginning to its end. Throws FileError.
  static FileClaim of_writer(const std::string& path);
  /// For what `user` will write in a run, known by its address, or in a command. Throws
  /// DataflowError, naming both users.
  static FileClaim of_user(const void* run, const std::string& user, const std::string& path);
  /// For what `user` will read in that run. Throws DataflowError, naming both users.
  static FileClaim of_reader(const void* run, const std::string& user, const std::string& path);
  /// `other` then holds nothing.
  FileClaim(FileClaim&& other) noexcept = default;
  FileClaim& operator=(FileClaim&&) = delete;
  ~FileClaim();

 private:
  /// A run, a device and an inode: of a directory with a name in it, or of a file without.
  using Key = std::tuple<const void*, std::uint64_t, std::uint64_t, std::string>;
  struct Claims;

  /// The keys of a file that is regular, or not there; none of anything else. Throws FileError.
  static std::vector<Key> keys_of(const void* run, const std::string& path);
  /// Who holds the file already, in which case it is not claimed; else empty.
  std::string claim(const std::vector<Key>& keys, const std::string& user, bool alone);

  struct Held {
    Key key;
    std::string user;
    bool alone = true;
  };
  std::vector<Held> held_;
};

}  // namespace tidemark
