// SPDX-License-Identifier: MIT
//
// FileInput: a source of the lines of a file, a pipe or standard input.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// What becomes of a last line that no "\n" ends: its writer may not have come to its end yet.
enum class LastLine {
  automatic,  ///< left where positions are kept, for a run that goes on, and given elsewhere
  given,      ///< a record; what is written behind it later is another line
  left,       ///< no record; that is said on standard error
};

/// What a run does that goes on with a file which is not the one that was read, as it begins
/// otherwise or is shorter: what the old file had got since is lost.
enum class Rotated {
  fail,     ///< throws FileError
  restart,  ///< reads the new one from its beginning
};

/// How lines are read from files.
struct FileOptions {
  std::size_t batch_size = 1000;  ///< the most lines of a regular file at a poll
  /// Waits for more at the end, and for the file if it is not there. When another file has come by
  /// its name, or it was cut off, then first the old one is read to its end, and then the new one
  /// from its beginning. A last line waits for its end, or for the end of its file. Ends with the
  /// run only. For regular files that are not compressed, in executors with real time; what is
  /// appended to a file that has been replaced is not read, nor is it seen that a file was cut off
  /// which has grown beyond its old end at once.
  bool follow = false;
  LastLine last_line = LastLine::automatic;  ///< what becomes of one without an end
  Rotated rotated = Rotated::fail;           ///< what a run does that finds another file
};

/// Gives the lines of a file without their "\n", at one worker. What gzip or zstd has compressed is
/// decompressed, and a byte order mark of UTF-8 is dropped; bytes are passed on as they are
/// otherwise, NUL, too.
///
/// What can be silent (a pipe, a terminal, a socket, a file that is followed) is read by a thread
/// of its own that wakes the worker, so that waiting uses no CPU time. `-` is standard input.
/// Throws FileError at the first poll if the file cannot be read, and later if reading fails or a
/// regular file has shrunk meanwhile; one that has been removed is read to its end. Text in UTF-16,
/// and what is compressed otherwise, is such an error. The position of a regular file is kept, as
/// bytes of its text, with a hash of what it begins with; a pipe cannot be gone on with at one.
class FileInput {
 public:
  using item_type = std::string;  ///< a line

  /// `batch_size` is that of FileOptions, whose others are as by default. Touches no file.
  explicit FileInput(std::string path, std::size_t batch_size = 1000);
  /// With the options that there are. Touches no file.
  FileInput(std::string path, const FileOptions& options);

  ///@{
  /// As PartitionedSource says (source.hpp): the file is the one part.
  std::vector<std::string> parts() const { return {path_}; }
  std::string file_of(const std::string& part) const { return part; }
  /// As they were given, but for a `batch_size` of 0, which is 1.
  const FileOptions& options() const { return options_; }
  std::unique_ptr<SourcePart<std::string>> open(const std::string& part,
                                                const SourceContext& context) const;
  ///@}

 private:
  std::string path_;
  FileOptions options_;
};

/// The lines of standard input.
class StdInput : public FileInput {
 public:
  StdInput() : FileInput("-") {}
};

}  // namespace tidemark
