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

/// Gives the lines of a file without their "\n", at one worker, at most `batch_size` lines of a
/// regular file at a poll. A last line without "\n" counts. Bytes are passed on as they are.
///
/// What can be silent (a pipe, a terminal, a socket) is read by a thread of its own that wakes the
/// worker, so that waiting uses no CPU time. `-` is standard input. Throws FileError at the first
/// poll if the file cannot be read, and later if reading fails or a regular file has shrunk
/// meanwhile; one that has been removed is read to its end. The position of a regular file is kept.
class FileInput {
 public:
  using item_type = std::string;

  explicit FileInput(std::string path, std::size_t batch_size = 1000);

  std::vector<std::string> parts() const { return {path_}; }
  std::unique_ptr<SourcePart<std::string>> open(const std::string& part,
                                                const SourceContext& context) const;

 private:
  std::string path_;
  std::size_t batch_size_;
};

/// The lines of standard input.
class StdInput : public FileInput {
 public:
  StdInput() : FileInput("-") {}
};

}  // namespace tidemark
