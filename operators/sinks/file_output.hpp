// SPDX-License-Identifier: MIT
//
// FileOutput: writes records to one file.
#pragma once

#include <tidemark/operators/sinks/line_part.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Writes one record a line to the file at `path`, epoch by epoch, at one worker; of a (key, value)
/// pair the value. The file appears under its name when the run has ended without an error, and not
/// otherwise; but in a run with a StateStore it is written in place, with each complete epoch on
/// the disk, and a later run goes on behind the last of them; a run that would write another kind
/// of text there (another `end`, CSV, other columns) is refused by a FileError.
class FileOutput {
 public:
  /// A stream without records gives an empty file.
  static constexpr bool opens_empty = true;

  /// `end` stands behind each record. Touches no file.
  explicit FileOutput(std::string path, std::string end = "\n")
      : path_(std::move(path)),
        end_(std::move(end)) {}

  ///@{
  /// As PartitionedSinkOf says (sink.hpp): the file is the one part.
  std::vector<std::string> parts() const { return {path_}; }
  std::string file_of(const std::string& part) const { return part; }
  std::uint64_t part_of(const auto&) const { return 0; }
  template <Printable Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string& part,
                                            const SinkContext& context) const {
    return std::make_unique<detail::LinePart<Item>>(part, end_, context);
  }
  ///@}

 private:
  std::string path_;
  std::string end_;
};

}  // namespace tidemark
