// SPDX-License-Identifier: MIT
//
// What reads the lines of one file: to its end, or as it grows.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <memory>
#include <optional>
#include <string>

namespace tidemark::detail {

/// Lines that are counted.
class LineSourcePart : public SourcePart<std::string> {
 public:
  /// Whether the lines of the last poll, of which there may be none, are the first of a file.
  virtual bool began_anew() const = 0;
};

/// The position that `bytes` are, of the file at `path`. Throws FileError.
template <typename Position>
Position position_of(const std::string& path, const std::string& bytes) {
  try {
    return from_bytes<Position>(bytes);
  } catch (const BadBytes&) {
    throw FileError("cannot read '" + path +
                    "' on where an earlier run ended: what is kept of that is no position of such "
                    "a source, or one that another version has kept; begin with an empty store");
  }
}

/// The lines of `part`, which FileInput gives.
std::unique_ptr<LineSourcePart> open_lines(const std::string& part, const FileOptions& options,
                                           const SourceContext& context);

/// The file, at its beginning or where an earlier run ended, which is at `position`: bytes of a
/// FilePosition. Throws FileError for another file, unless `options` says otherwise.
std::unique_ptr<FileReader> open_at(const std::string& path,
                                    const std::optional<std::string>& position,
                                    const FileOptions& options);

/// Whether what nothing ends at the end of a part is given; else it is left for a run that goes on.
/// `has_position` says whether the part has one, which is kept in a run that keeps positions.
bool gives_last(const FileOptions& options, const SourceContext& context, bool has_position);

/// Reads a file as it grows, and the one that takes its place. Throws FileError.
std::unique_ptr<LineSourcePart> follow_file(const std::string& path, const FileOptions& options,
                                            const SourceContext& context);

}  // namespace tidemark::detail
