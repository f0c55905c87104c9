// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/dir_input.hpp>

#include <algorithm>
#include <filesystem>
#include <fnmatch.h>
#include <system_error>
#include <utility>

namespace tidemark {

DirInput::DirInput(std::string directory, std::string pattern, std::size_t batch_size)
    : directory_(std::move(directory)),
      batch_size_(batch_size) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory_, error);
  if (error) throw_file_error("list the directory", directory_, error.value());
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0)
      names_.push_back(name);
  }
  std::ranges::sort(names_);
}

}  // namespace tidemark
