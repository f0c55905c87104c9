// SPDX-License-Identifier: MIT
#include <tidemark/core/standard_descriptors.hpp>

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>

namespace tidemark {
namespace {

std::mutex mutex;  // guards the rest
int living = 0;
bool taken[3] = {};

/// Takes the lowest free descriptor: a path that is not open for anything.
int take_lowest() {
  return ::open("/", O_PATH | O_CLOEXEC);
}

}  // namespace

StandardDescriptors::StandardDescriptors() {
  const std::lock_guard lock(mutex);
  ++living;
  int descriptor = take_lowest();
  for (; 0 <= descriptor && descriptor <= STDERR_FILENO; descriptor = take_lowest())
    taken[descriptor] = true;
  if (descriptor >= 0) ::close(descriptor);
}

StandardDescriptors::~StandardDescriptors() {
  const std::lock_guard lock(mutex);
  if (--living != 0) return;
  const int error = errno;  // of what was opened meanwhile
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor) {
    // Others may have put something else in its place.
    if (taken[descriptor] && is_closed(descriptor)) ::close(descriptor);
    taken[descriptor] = false;
  }
  errno = error;
}

bool is_closed(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags < 0 || (flags & O_PATH) != 0;
}

}  // namespace tidemark
