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
    : DirInput(std::move(directory), std::move(pattern), FileOptions{.batch_size = batch_size}) {}

DirInput::DirInput(std::string directory, std::string pattern, const FileOptions& options)
    : directory_(std::move(directory)),
      options_(options) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
    std::error_code lost;
    const std::filesystem::file_status status = entry->status(lost);
    if (std::filesystem::is_regular_file(status)) names_.push_back(name);
    const bool leads_nowhere = status.type() == std::filesystem::file_type::not_found || lost;
    if (leads_nowhere && entry->is_symlink(lost))
      throw FileError("cannot read '" + entry->path().string() +
                      "': it is a link that leads nowhere" +
                      "; remove it, or have the pattern leave it out");
  }
  if (error) throw_file_error("list the directory", directory_, error.value());
  std::ranges::sort(names_);
}

}  // namespace tidemark
