// SPDX-License-Identifier: MIT
//
// JSONLinesInput: a source of the values in a file of JSON lines.
#pragma once

#include <tidemark/operators/sources/file_input.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// Gives the JSON value of each line of a file, a pipe or standard input (`-`), at one worker;
/// lines of blanks are passed over. Throws FileError, with line and column (in bytes), for a line
/// that is no JSON or cannot be kept as it is written (read_json.hpp), when all values before it
/// have been given; and as FileInput does, whose position is kept. Each such line can be sent as a
/// bad record instead (input_with_bad.hpp).
class JSONLinesInput {
 public:
  using item_type = nlohmann::json;              ///< what it gives
  static constexpr bool has_bad_records = true;  ///< as SourceWithBadRecords asks for

  ///@{
  /// Of the lines that a FileInput of these gives.
  explicit JSONLinesInput(std::string path, std::size_t batch_size = 1000)
      : lines_(path, batch_size) {}
  JSONLinesInput(const std::string& path, const FileOptions& options) : lines_(path, options) {}
  ///@}

  ///@{
  /// As PartitionedSource says (source.hpp): the file is the one part.
  std::vector<std::string> parts() const { return lines_.parts(); }
  std::string file_of(const std::string& part) const { return part; }
  std::unique_ptr<SourcePart<nlohmann::json>> open(const std::string& part,
                                                   const SourceContext& context) const;
  ///@}

 private:
  FileInput lines_;
};

}  // namespace tidemark
