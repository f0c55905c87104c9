// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tidemark {
namespace {

constexpr std::uint32_t most_files = 1'000'000;

}  // namespace

std::string part_name(std::uint32_t number) {
  return "part_" + std::to_string(number);
}

void detail::require_directory_for(const std::string& directory, std::uint32_t files) {
  if (files == 0)
    throw ConfigError("DirOutput '" + directory + "' was given 0 files; it must have at least 1");
  if (files > most_files)
    throw ConfigError("DirOutput '" + directory + "' was given " + std::to_string(files) +
                      " files; it can have at most " + std::to_string(most_files));
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw_file_error("write in the directory", directory, error ? error.value() : ENOTDIR);
}

}  // namespace tidemark
