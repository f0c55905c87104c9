// SPDX-License-Identifier: MIT
//
// CSVInput: a source of the rows of a CSV file.
#pragma once

#include <tidemark/operators/csv.hpp>
#include <tidemark/operators/sources/csv_reader.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Gives the rows of a CSV file, a pipe or standard input (`-`) (csv_reader.hpp), whose first
/// record names the columns, at one worker; `batch_size` and all else is FileInput's, whose
/// position is kept. Throws FileError, with line and column, for what is no CSV, and for a row with
/// more or fewer fields than columns, when all rows before it have been given; and for two columns
/// of one name.
///
/// At the end of a file a row whose quote is open, too, is a last line that does not end: where
/// positions are kept it is left for a run that goes on, and that is told (FileOptions::last_line).
///
/// Rows that are none can be sent as bad records instead (input_with_bad.hpp). One whose fields are
/// too few or too many is passed over; of one that is no CSV its first line is, as a quote too many
/// may have joined good lines to it.
class CSVInput {
 public:
  using item_type = CsvRow;                      ///< what it gives
  static constexpr bool has_bad_records = true;  ///< as SourceWithBadRecords asks for

  /// Throws ConfigError for what is no format.
  explicit CSVInput(std::string path, std::size_t batch_size = 1000, CsvFormat format = {})
      : lines_(std::move(path), batch_size),
        format_(format) {
    require_format(format);
  }
  /// Throws ConfigError for a file that is to be followed or read anew: it would name its columns
  /// again.
  CSVInput(const std::string& path, const FileOptions& options, CsvFormat format = {});

  ///@{
  /// As PartitionedSource says (source.hpp): the file is the one part.
  std::vector<std::string> parts() const { return lines_.parts(); }
  std::string file_of(const std::string& part) const { return part; }
  std::unique_ptr<SourcePart<CsvRow>> open(const std::string& part,
                                           const SourceContext& context) const;
  ///@}

 private:
  FileInput lines_;
  CsvFormat format_;
};

}  // namespace tidemark
