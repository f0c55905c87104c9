// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/signal_watch.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

/// Lives as long as the program, since a handler may still be about to write when its SignalWatch
/// has gone.
struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // a full pipe means that enough has been asked
  }
  int ends[2]{};
};

/// What a handler finds of its signal: SIGQUIT or SIGINT.
struct Slot {
  Pipe pipe;
  struct sigaction previous {};
};

Slot& slot_of(int signal) {
  static Slot quit, interrupt;
  return signal == SIGQUIT ? quit : interrupt;
}

int quit_end = -1, interrupt_end = -1;  // set before the handler is

constexpr char asked = 'q', ended = 'e';

void on_signal(int signal) {
  const int error = errno;
  [[maybe_unused]] const auto written =
      ::write(signal == SIGQUIT ? quit_end : interrupt_end, &asked, 1);
  errno = error;
}

void on_first_signal(int signal) {
  const int error = errno;
  ::sigaction(signal, &slot_of(signal).previous, nullptr);
  errno = error;
  on_signal(signal);
}

}  // namespace

SignalWatch::SignalWatch(int signal, Times times, std::function<void()> action) : signal_(signal) {
  Slot& slot = slot_of(signal);
  const int read_end = slot.pipe.ends[0];
  (signal == SIGQUIT ? quit_end : interrupt_end) = slot.pipe.ends[1];
  int late = 0;  // what a former one was asked when it had gone
  char what = 0;
  for (::ioctl(read_end, FIONREAD, &late); late > 0; --late) [[maybe_unused]]
    const auto dropped = ::read(read_end, &what, 1);
  thread_ = std::jthread([read_end, action = std::move(action)] {
    for (char question = 0; ::read(read_end, &question, 1) == 1 && question == asked;) action();
  });
  struct sigaction handler {};
  handler.sa_handler = times == Times::first ? on_first_signal : on_signal;
  handler.sa_flags = SA_RESTART;
  ::sigaction(signal, nullptr, &slot.previous);  // before the handler, which may read it
  ::sigaction(signal, &handler, nullptr);
}

SignalWatch::~SignalWatch() {
  const Slot& slot = slot_of(signal_);
  ::sigaction(signal_, &slot.previous, nullptr);
  while (::write(slot.pipe.ends[1], &ended, 1) != 1 && errno == EAGAIN) std::this_thread::yield();
  thread_.join();
}

}  // namespace tidemark
