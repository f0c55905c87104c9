// SPDX-License-Identifier: MIT
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/operators/spare_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <limits>
#include <mutex>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tidemark::detail {
namespace {

constexpr std::size_t few = 8;
constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

/// Half of what the process may have; the rest is for all else.
std::size_t half_of_all() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return few;
  return std::max<std::size_t>(few, limit.rlim_cur / 2);
}

bool has_name(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) != 0 || status.st_nlink != 0;
}

}  // namespace

struct SpareDescriptor::Pool {
  std::mutex mutex;                   // guards the rest
  std::list<SpareDescriptor*> spare;  // the one that was used longest ago first
  std::size_t most = any_number;      // of these, by experience
  std::uint64_t closed = 0;           // so far

  static Pool& of_process() {
    static Pool pool;
    return pool;
  }

  /// Closes some, so that there may be `more`.
  void make_room(std::size_t more) {
    const std::size_t bound = std::min(most, half_of_all());
    for (auto next = spare.begin(); next != spare.end() && spare.size() + more > bound;) {
      SpareDescriptor& first = **next;
      if (!has_name(first.descriptor_)) {
        ++next;  // nobody could open it again
        continue;
      }
      if (::close(std::exchange(first.descriptor_, -1)) != 0) first.close_error_ = errno;
      first.place_.reset();
      next = spare.erase(next);
      ++closed;
    }
  }
};

int SpareDescriptor::open(const std::string& path, int flags, mode_t mode) {
  const StandardDescriptors none_of_them;
  Pool& pool = Pool::of_process();
  std::unique_lock lock(pool.mutex);
  pool.make_room(1);
  while (true) {
    const std::uint64_t closed = pool.closed;
    lock.unlock();  // as the opening of a pipe may wait
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor >= 0 || (errno != EMFILE && errno != ENFILE)) return descriptor;
    const int error = errno;
    lock.lock();
    if (pool.closed != closed) continue;  // by another thread, which may have left room
    pool.most = std::max<std::size_t>(1, pool.spare.size() / 2);
    pool.make_room(1);
    if (pool.closed != closed) continue;
    errno = error;
    return -1;
  }
}

SpareDescriptor::~SpareDescriptor() {
  if (shared_) {
    Pool& pool = Pool::of_process();
    const std::lock_guard lock(pool.mutex);
    if (place_) pool.spare.erase(*place_);
    if (pool.spare.empty()) pool.most = any_number;
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SpareDescriptor::share() {
  shared_ = true;
  end_use();
}

void SpareDescriptor::begin_use() {
  if (!shared_) return;
  Pool& pool = Pool::of_process();
  const std::lock_guard lock(pool.mutex);
  if (place_) pool.spare.erase(*place_);
  place_.reset();
}

void SpareDescriptor::end_use() {
  if (!shared_ || descriptor_ < 0) return;
  Pool& pool = Pool::of_process();
  const std::lock_guard lock(pool.mutex);
  place_ = pool.spare.insert(pool.spare.end(), this);
  pool.make_room(0);
}

}  // namespace tidemark::detail
