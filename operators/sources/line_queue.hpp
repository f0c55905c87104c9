// SPDX-License-Identifier: MIT
//
// Lines that a parser takes one by one, and can go back to.
#pragma once

#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::detail {

/// The lines of a part, for a parser whose records may go on over several. Its position is before
/// the first line that the parser is not done with; it holds those from there that have been read,
/// so that it can be asked for at any time. Thread: one worker.
class LineQueue {
 public:
  /// The lines of a part of `source`, from the position that `context` has.
  LineQueue(const FileInput& source, const std::string& part, const SourceContext& context);

  /// Reads more lines, and lets go of those that the parser is done with.
  Poll read();

  /// The next line, without its "\n"; nullptr if more must be read.
  const std::string* take() { return taken_ == texts_.size() ? nullptr : &texts_[taken_++]; }
  bool has_more() const { return taken_ != texts_.size(); }
  /// The number of the line that was taken last, in its file.
  std::uint64_t line() const { return line_ + taken_; }

  /// The parser is done with what it has taken.
  void done() { done_ = taken_; }
  /// It takes the lines again that it is not done with.
  void take_again() { taken_ = done_; }
  /// How many lines it has taken that it is not done with, and the text of a bad record of them.
  std::size_t open_lines() const { return taken_ - done_; }
  std::string open_text() const;

  std::optional<std::string> position() const;
  void interrupted() { lines_->interrupted(); }

 private:
  std::unique_ptr<LineSourcePart> lines_;
  std::uint64_t line_ = 0;  // before texts_[0]
  std::vector<std::string> texts_;
  bool is_restored_ = false;  // whether texts_ are what an earlier run has left
  std::size_t taken_ = 0;
  std::size_t done_ = 0;
};

}  // namespace tidemark::detail
