// SPDX-License-Identifier: MIT
#include <tidemark/core/no_size_signal.hpp>

#include <cerrno>
#include <ctime>

namespace tidemark {

NoSizeSignal::NoSizeSignal() {
  ::sigemptyset(&its_);
  ::sigaddset(&its_, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &its_, &before_);
}

NoSizeSignal::~NoSizeSignal() {
  const int error = errno;
  const timespec now{};
  if (::sigismember(&before_, SIGXFSZ) == 0) {
    ::sigtimedwait(&its_, nullptr, &now);  // takes one that has come
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  errno = error;
}

}  // namespace tidemark
