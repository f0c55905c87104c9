// SPDX-License-Identifier: MIT
#include <tidemark/core/quit_signal.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use it");
struct sigaction previous;

constexpr char asked = 'q', ended = 'e';

void on_signal(int) {
  const int error = errno;
  // A full pipe means that enough has been asked already.
  [[maybe_unused]] const auto written = ::write(write_end.load(), &asked, 1);
  errno = error;
}

}  // namespace

QuitSignal::QuitSignal(std::function<void()> action) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  read_end_ = ends[0];
  write_end = ends[1];
  thread_ = std::jthread([fd = read_end_, action = std::move(action)] {
    for (char what = 0; ::read(fd, &what, 1) == 1 && what == asked;) action();
  });
  struct sigaction handler {};
  handler.sa_handler = on_signal;
  handler.sa_flags = SA_RESTART;
  ::sigaction(SIGQUIT, &handler, &previous);
}

QuitSignal::~QuitSignal() {
  ::sigaction(SIGQUIT, &previous, nullptr);
  [[maybe_unused]] const auto written = ::write(write_end.load(), &ended, 1);
  thread_.join();
  ::close(write_end.exchange(-1));
  ::close(read_end_);
}

}  // namespace tidemark
