// SPDX-License-Identifier: MIT
#include <tidemark/core/hash.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/output_path.hpp>

#include <charconv>
#include <climits>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace tidemark::detail {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as the system has it

bool same_directory(const std::string& one, const std::string& other) {
  struct stat a {
  }, b{};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

}  // namespace

std::string target_of(const std::string& path) {
  fs::path at = path;
  for (int links = 0; links != most_links; ++links) {
    // What lies there is no path to go on with, but the file that is open.
    if (own_descriptor(at.string()) >= 0) return at.string();
    std::error_code none;
    const fs::path to = fs::read_symlink(at, none);
    if (none) return at.string();
    at = at.parent_path() / to;
  }
  throw FileError("cannot write '" + path + "': its link '" + at.string() +
                  "' leads back to itself");
}

bool may_wait(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

int own_descriptor(const std::string& target) {
  const std::size_t slash = target.rfind('/');
  if (slash == std::string::npos) return -1;
  int number = -1;
  const char* const end = target.data() + target.size();
  const auto [rest, error] = std::from_chars(target.data() + slash + 1, end, number);
  if (error != std::errc() || rest != end || number < 0) return -1;
  return same_directory(target.substr(0, slash), "/proc/self/fd") ? number : -1;
}

std::string temporary_beside(const std::string& target) {
  static constexpr std::string_view suffix = ".tidemark-part";
  const std::size_t begin = target.rfind('/') + 1;  // 0 without one
  const std::size_t size = target.size() - begin;
  if (size + suffix.size() <= NAME_MAX) return target + std::string(suffix);
  const std::string hash = "-" + std::to_string(hash_bytes(target.substr(begin)));
  const std::size_t kept = std::min(size, NAME_MAX - suffix.size() - hash.size());
  return target.substr(0, begin + kept) + hash + std::string(suffix);
}

}  // namespace tidemark::detail
