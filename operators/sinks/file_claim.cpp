// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/output_path.hpp>
#include <tidemark/progress/error.hpp>

#include <map>
#include <mutex>
#include <sys/stat.h>

namespace tidemark {
namespace {

template <typename Key>
struct Claims {
  std::mutex mutex;
  std::map<Key, std::string> users;
};

template <typename Key>
Claims<Key>& claims() {
  static Claims<Key> all;
  return all;
}

}  // namespace

FileClaim FileClaim::of_writer(const std::string& path) {
  FileClaim made;
  const std::string holder = made.claim(nullptr, path, path);
  if (!holder.empty())
    throw FileError("cannot write '" + path + "': it is being written already" +
                    (holder == path ? "" : ", as '" + holder + "'"));
  return made;
}

FileClaim FileClaim::of_user(const void* run, const std::string& user, const std::string& path) {
  FileClaim made;
  std::string holder;
  try {
    holder = made.claim(run, user, path);
  } catch (const FileError&) {  // so it cannot be opened, which then says why
  }
  if (!holder.empty())
    throw DataflowError(holder + " and " + user + " both have the file '" + path +
                        "': each must have one of its own");
  return made;
}

FileClaim::~FileClaim() {
  const std::lock_guard lock(claims<Key>().mutex);
  for (const Key& key : keys_) claims<Key>().users.erase(key);
}

std::string FileClaim::claim(const void* run, const std::string& user, const std::string& path) {
  const std::string target = detail::target_of(path);
  const std::size_t slash = target.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : target.substr(0, slash + 1);  // "/" of "/file"
  struct stat file {
  }, around{};
  const bool exists = ::stat(target.c_str(), &file) == 0;
  if (detail::own_descriptor(target) >= 0 || (exists && !S_ISREG(file.st_mode)) ||
      ::stat(directory.c_str(), &around) != 0)
    return "";
  std::vector<Key> keys{{run, around.st_dev, around.st_ino, target.substr(slash + 1)}};
  if (exists) keys.emplace_back(run, file.st_dev, file.st_ino, "");
  auto& [mutex, users] = claims<Key>();
  const std::lock_guard lock(mutex);
  for (const Key& key : keys)
    if (const auto held = users.find(key); held != users.end()) return held->second;
  for (const Key& key : keys) users.emplace(key, user);
  keys_ = std::move(keys);
  return "";
}

}  // namespace tidemark
