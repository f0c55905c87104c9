// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tidemark {

std::string part_name(std::uint32_t number) {
  return "part_" + std::to_string(number);
}

void detail::require_directory_for(const std::string& directory, std::uint32_t files) {
  if (files == 0)
    throw ConfigError("DirOutput '" + directory + "' was given 0 files; it must have at least 1");
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw_file_error("write in the directory", directory, error ? error.value() : ENOTDIR);
}

}  // namespace tidemark
