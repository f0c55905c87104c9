// SPDX-License-Identifier: MIT
//
// DirInput: a source of the lines of the files in a directory.
#pragma once

#include <tidemark/operators/sources/file_input.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// Gives the lines of each regular file in `directory` whose name matches the pattern (of the
/// shell: *, ?, [a-z]); each file is a part, so workers share them. The files are those that are
/// there when the DirInput is made; what a link leads to is like a file of its name. Otherwise like
/// FileInput. Throws FileError if `directory` is not one that can be read, and for a link that
/// leads nowhere and whose name matches.
class DirInput {
 public:
  using item_type = std::string;  ///< a line

  /// Lists the directory. A name that begins with a dot matches a pattern that begins with one.
  /// `batch_size` is that of FileOptions, whose others are as by default.
  explicit DirInput(std::string directory, std::string pattern = "*",
                    std::size_t batch_size = 1000);
  /// The same, with the options of each file.
  DirInput(std::string directory, std::string pattern, const FileOptions& options);

  ///@{
  /// As PartitionedSource says (source.hpp); parts are called as their files, in
  /// the order of these names.
  std::vector<std::string> parts() const { return names_; }
  std::string file_of(const std::string& part) const { return directory_ + "/" + part; }
  std::unique_ptr<SourcePart<std::string>> open(const std::string& part,
                                                const SourceContext& context) const {
    return FileInput(file_of(part), options_).open(file_of(part), context);
  }
  ///@}

 private:
  std::string directory_;
  FileOptions options_;
  std::vector<std::string> names_;
};

}  // namespace tidemark
