// SPDX-License-Identifier: MIT
//
// CSVInput: a source of the rows of a CSV file.
#pragma once

#include <tidemark/operators/csv.hpp>
#include <tidemark/operators/sources/csv_reader.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// Gives the rows of a CSV file (csv_reader.hpp), whose first record names the columns, at one
/// worker, at most `batch_size` at a poll. The position is kept. Throws FileError, with line and
/// column, for what is no CSV, for a row with more or fewer fields than columns, and for two
/// columns of one name; and as FileInput does. Reads regular files only.
class CSVInput {
 public:
  using item_type = CsvRow;

  explicit CSVInput(std::string path, std::size_t batch_size = 1000, CsvFormat format = {});

  std::vector<std::string> parts() const { return {path_}; }
  std::unique_ptr<SourcePart<CsvRow>> open(const std::string& part,
                                           const SourceContext& context) const;

 private:
  std::string path_;
  std::size_t batch_size_;
  CsvFormat format_;
};

}  // namespace tidemark
