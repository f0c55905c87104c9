// SPDX-License-Identifier: MIT
//
// What reads the lines of one file: to its end, or as it grows.
#pragma once

#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>

#include <memory>
#include <optional>
#include <string>

namespace tidemark::detail {

/// The file, at its beginning or where an earlier run ended, which is at `position`: bytes of a
/// FilePosition. Throws FileError for another file, unless `options` says otherwise.
std::unique_ptr<FileReader> open_at(const std::string& path,
                                    const std::optional<std::string>& position,
                                    const FileOptions& options);

/// Whether what nothing ends at the end of a part is given; else it is left for a run that goes on.
/// `has_position` says whether the part has one, which is kept in a run that keeps positions.
bool gives_last(const FileOptions& options, const SourceContext& context, bool has_position);

/// Reads a file as it grows, and the one that takes its place. Throws FileError.
std::unique_ptr<SourcePart<std::string>> follow_file(const std::string& path,
                                                     const FileOptions& options,
                                                     const SourceContext& context);

}  // namespace tidemark::detail
