// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/output_path.hpp>
#include <tidemark/operators/spare_descriptor.hpp>
#include <tidemark/progress/error.hpp>

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

/// Whether each byte is given to one reader only.
bool is_taken_by_reading(const struct stat& file, int fd) {
  return S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode) ||
         (S_ISCHR(file.st_mode) && ::isatty(fd) == 1);
}

/// One terminal has several names.
std::uint64_t terminal_of(int fd) {
  unsigned int device = 0;
  return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGDEV, &device) == 0 ? device : 0;
}

}  // namespace

/// Who holds what: each key by one alone, or by some who share it.
struct FileClaim::Claims {
  std::mutex mutex;  // guards the rest
  std::map<Key, std::string> alone;
  std::multimap<Key, std::string> shared;

  static Claims& of_program() {
    static Claims all;
    return all;
  }
};

FileClaim FileClaim::of_writer(const std::string& path) {
  FileClaim made;
  const std::string holder = made.claim(keys_of(nullptr, path), path, true);
  if (!holder.empty())
    throw FileError("cannot write '" + path + "': it is being written already" +
                    (holder == path ? "" : ", as '" + holder + "'"));
  return made;
}

FileClaim FileClaim::of_user(const void* run, const std::string& user, const std::string& path) {
  FileClaim made;
  std::string holder;
  try {
    holder = made.claim(keys_of(run, path), user, true);
  } catch (const FileError&) {  // so it cannot be opened, which then says why
  }
  if (!holder.empty())
    throw DataflowError(holder + " and " + user + " both have the file '" + path +
                        "': each must have one of its own");
  return made;
}

FileClaim FileClaim::of_reader(const void* run, const std::string& user, const std::string& path) {
  FileClaim made;
  const bool is_input = path == "-";
  struct stat file {};
  if ((is_input ? ::fstat(STDIN_FILENO, &file) : ::stat(path.c_str(), &file)) != 0) return made;
  std::vector<Key> keys;
  if (S_ISREG(file.st_mode)) {
    const std::string writer = made.claim({{run, file.st_dev, file.st_ino, ""}}, user, false);
    if (!writer.empty())
      throw DataflowError(writer + " and " + user + " both have the file '" + path +
                          "': each must have one of its own");
    if (!is_input) return made;
    keys.emplace_back(nullptr, 0, 0, "-");
  } else {
    const int opened = is_input || !S_ISCHR(file.st_mode)
                           ? -1
                           : detail::SpareDescriptor::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const int fd = is_input ? STDIN_FILENO : opened;
    const std::uint64_t terminal = terminal_of(fd);
    if (terminal != 0) {
      keys.emplace_back(nullptr, 0, terminal, "terminal");
    } else if (is_input || is_taken_by_reading(file, fd)) {
      keys.emplace_back(nullptr, file.st_dev, file.st_ino, "read");
    }
    if (opened >= 0) ::close(opened);
  }
  const std::string holder = made.claim(keys, user, true);
  if (!holder.empty())
    throw DataflowError(holder + " and " + user + " both read '" + path +
                        "', and what one of them gets the other does not: read it once, and use "
                        "the stream twice");
  return made;
}

FileClaim::~FileClaim() {
  if (held_.empty()) return;
  Claims& claims = Claims::of_program();
  const std::lock_guard lock(claims.mutex);
  for (const Held& held : held_) {
    if (held.alone) {
      claims.alone.erase(held.key);
      continue;
    }
    const auto [first, last] = claims.shared.equal_range(held.key);
    const auto mine =
        std::find_if(first, last, [&](const auto& each) { return each.second == held.user; });
    if (mine != last) claims.shared.erase(mine);
  }
}

std::vector<FileClaim::Key> FileClaim::keys_of(const void* run, const std::string& path) {
  const std::string target = detail::target_of(path);
  const std::size_t slash = target.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : target.substr(0, slash + 1);  // "/" of "/file"
  struct stat file {
  }, around{};
  const bool exists = ::stat(target.c_str(), &file) == 0;
  if (detail::own_descriptor(target) >= 0 || (exists && !S_ISREG(file.st_mode)) ||
      ::stat(directory.c_str(), &around) != 0)
    return {};
  std::vector<Key> keys{{run, around.st_dev, around.st_ino, target.substr(slash + 1)}};
  if (exists) keys.emplace_back(run, file.st_dev, file.st_ino, "");
  return keys;
}

std::string FileClaim::claim(const std::vector<Key>& keys, const std::string& user, bool alone) {
  Claims& claims = Claims::of_program();
  const std::lock_guard lock(claims.mutex);
  for (const Key& key : keys) {
    if (const auto held = claims.alone.find(key); held != claims.alone.end()) return held->second;
    if (const auto held = claims.shared.find(key); alone && held != claims.shared.end())
      return held->second;
  }
  for (const Key& key : keys) {
    if (alone) {
      claims.alone.emplace(key, user);
    } else {
      claims.shared.emplace(key, user);
    }
    held_.push_back({key, user, alone});
  }
  return "";
}

}  // namespace tidemark
