// SPDX-License-Identifier: MIT
//
// Reading the text of files block by block, so that one that changes meanwhile is an error and not
// a surprise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace tidemark {

namespace detail {
class Decompressor;
class OpenFile;
}  // namespace detail

/// How far a file has been read, for a run that goes on: the byte of its text, and a hash of what
/// the text begins with, at most 4,096 bytes of those before, by which another file is known.
struct FilePosition {
  std::uint64_t offset = 0;  ///< of the next byte of the text
  std::uint64_t head = 0;    ///< the hash of what the text begins with
};

/// The text of a file, a pipe, or standard input for the path `-`. What is compressed by gzip or
/// zstd is known by its first bytes and decompressed, and a byte order mark of UTF-8 is dropped.
/// Any number of readers and writers share the descriptors of the process. All throw FileError, for
/// UTF-16 and for what is compressed by something else, too. Thread: one at a time.
class FileReader {
 public:
  /// With `grows`, the end is but the end for now, and it is nothing to be told that the file has
  /// shrunk; its descriptor stays open.
  explicit FileReader(std::string path, bool grows = false);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();

  /// As it was given.
  const std::string& path() const;
  /// Whether it is a regular file, compressed or not.
  bool regular() const;
  /// Requires: not regular.
  int descriptor() const;

  /// Waits until a pipe has a writer, before which it seems to be at its end.
  void wait() const;

  /// Appends a block, which may be empty; false at the end of the file, which must not have shrunk.
  bool read(std::string& to);

  /// Whether the next block is there without waiting for a pipe.
  bool is_at_hand() const;

  /// Where the next block begins, in bytes of the text.
  std::uint64_t offset() const { return offset_; }

  /// The position at `offset`, up to which at most has been read.
  FilePosition position(std::uint64_t offset) const;

  /// Goes on there. Returns why this is not the file that was read, or no longer that long; then
  /// nothing may be read. Requires: nothing has been read.
  std::string go_on(const FilePosition& position);

  /// Goes on at byte `offset` of the text, which must not be behind the end. Requires: regular.
  void seek(std::uint64_t offset);

  /// Goes back to the beginning. Requires: regular.
  void begin_anew();

  /// From here on the end is the end, wherever it is now.
  void stop_growing();
  /// Whether a file that grows is shorter now than what was read of it.
  bool has_shrunk() const;
  /// Whether the path still names it.
  bool has_its_name() const;

 private:
  bool read_file(std::string& to);
  bool read_content(std::string& to);
  bool read_text(std::string& to);
  void remember_head(const std::string& text, std::size_t from);
  bool skip_to(std::uint64_t offset);
  std::string quoted_path() const;

  std::unique_ptr<detail::OpenFile> file_;
  std::unique_ptr<detail::Decompressor> decompressor_;  // if it is compressed
  bool grows_;
  bool ended_ = false;             // a pipe; a terminal would have to be told twice
  std::uint64_t file_offset_ = 0;  // of the next block of the file
  std::uint64_t told_size_ = 0;    // by the system: the greatest so far
  bool is_known_ = false;          // whether and how it is compressed
  std::string start_;              // read, and too little to know that
  std::string compressed_;
  std::size_t decompressed_ = 0;  // of these
  bool has_begun_ = false;        // whether its text has a mark at its beginning is known
  std::string first_;             // read, and too little to know that
  std::size_t mark_ = 0;          // bytes of the mark
  std::uint64_t offset_ = 0;      // of the text
  std::string head_;              // of the text
  std::string ahead_;             // text that was read, and is to be read again
};

}  // namespace tidemark
