// SPDX-License-Identifier: MIT
#include <tidemark/core/quit_signal.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

/// Lives as long as the program, since a handler may still be about to write when its QuitSignal
/// has gone.
struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // a full pipe means that enough has been asked
  }
  int ends[2]{};
};

Pipe& questions() {
  static Pipe pipe;
  return pipe;
}

int write_end = -1;  // set before the handler is
struct sigaction previous;

constexpr char asked = 'q', ended = 'e';

void on_signal(int) {
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(write_end, &asked, 1);
  errno = error;
}

}  // namespace

QuitSignal::QuitSignal(std::function<void()> action) {
  const int read_end = questions().ends[0];
  write_end = questions().ends[1];
  int late = 0;  // what a former one was asked when it had gone
  char what = 0;
  for (::ioctl(read_end, FIONREAD, &late); late > 0; --late) [[maybe_unused]]
    const auto dropped = ::read(read_end, &what, 1);
  thread_ = std::jthread([read_end, action = std::move(action)] {
    for (char question = 0; ::read(read_end, &question, 1) == 1 && question == asked;) action();
  });
  struct sigaction handler {};
  handler.sa_handler = on_signal;
  handler.sa_flags = SA_RESTART;
  ::sigaction(SIGQUIT, &handler, &previous);
}

QuitSignal::~QuitSignal() {
  ::sigaction(SIGQUIT, &previous, nullptr);
  while (::write(write_end, &ended, 1) != 1 && errno == EAGAIN) std::this_thread::yield();
  thread_.join();
}

}  // namespace tidemark
