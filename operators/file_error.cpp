// SPDX-License-Identifier: MIT
#include <tidemark/core/system_reason.hpp>
#include <tidemark/operators/file_error.hpp>

#include <filesystem>
#include <system_error>

namespace tidemark {

void throw_file_error(const std::string& verb, const std::string& path, int error_number) {
  std::string text = "cannot " + verb + " '" + path + "': " + system_reason(error_number);
  std::error_code is_none;
  if (const auto target = std::filesystem::read_symlink(path, is_none); !is_none)
    text += "; it is a link to '" + target.string() + "'";
  throw FileError(text);
}

}  // namespace tidemark
