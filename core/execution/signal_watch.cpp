// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/signal_watch.hpp>
#include <tidemark/core/last_act.hpp>
#include <tidemark/core/start_thread.hpp>
#include <tidemark/core/system_reason.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

/// Lives as long as the program, since a handler may still be about to write when its SignalWatch
/// has gone.
struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error("cannot watch for signals: " + system_reason(errno));
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // a full pipe means that enough has been asked
  }
  int ends[2]{};
};

Pipe& pipe_of(SignalWatch::Times times) {
  static Pipe every, first;
  return times == SignalWatch::Times::every ? every : first;
}

/// What a handler finds of its signal; set before the handler is.
struct Slot {
  struct sigaction previous {};
  int write_end = -1;
  std::atomic<bool> came = false;
};

Slot slots[NSIG];

constexpr unsigned char ended = 0;  // no signal

void on_signal(int signal) {
  const int error = errno;
  const auto what = static_cast<unsigned char>(signal);
  [[maybe_unused]] const auto written = ::write(slots[signal].write_end, &what, 1);
  errno = error;
}

/// From the second one on the signal does what it did before, even if nobody reads the pipe.
void on_first_signal(int signal) {
  Slot& slot = slots[signal];
  if (!slot.came.exchange(true)) return on_signal(signal);
  const int error = errno;
  const bool ends = slot.previous.sa_handler == SIG_DFL;
  const struct sigaction then = ends ? LastAct::ending() : slot.previous;
  ::sigaction(signal, &then, nullptr);
  std::raise(signal);  // comes when this has returned
  errno = error;
}

/// The next signal of a pipe, or `ended`.
unsigned char read_signal(int read_end) {
  unsigned char what = ended;
  while (::read(read_end, &what, 1) < 0 && errno == EINTR) {
  }
  return what;
}

bool stays_ignored(int signal, const struct sigaction& previous) {
  return (signal == SIGHUP || signal == SIGTERM) && previous.sa_handler == SIG_IGN;
}

}  // namespace

SignalWatch::SignalWatch(std::vector<int> signals, Times times, std::function<void(int)> action)
    : signals_(std::move(signals)),
      times_(times) {
  const Pipe& pipe = pipe_of(times);
  int late = 0;  // what a former one was asked when it had gone
  for (::ioctl(pipe.ends[0], FIONREAD, &late); late > 0; --late) read_signal(pipe.ends[0]);
  thread_ = start_thread([read_end = pipe.ends[0], action = std::move(action)] {
    while (const unsigned char signal = read_signal(read_end)) action(signal);
  });
  struct sigaction handler {};
  handler.sa_handler = times == Times::first ? on_first_signal : on_signal;
  handler.sa_flags = SA_RESTART;
  std::erase_if(signals_, [&](int signal) {
    Slot& slot = slots[signal];
    slot.write_end = pipe.ends[1];
    slot.came = false;
    ::sigaction(signal, nullptr, &slot.previous);  // before the handler, which may read it
    if (stays_ignored(signal, slot.previous)) return true;
    ::sigaction(signal, &handler, nullptr);
    return false;
  });
}

SignalWatch::~SignalWatch() {
  for (const int signal : signals_) ::sigaction(signal, &slots[signal].previous, nullptr);
  LastAct::settle_signals();
  while (::write(pipe_of(times_).ends[1], &ended, 1) != 1 && errno == EAGAIN)
    std::this_thread::yield();
  thread_.join();
}

}  // namespace tidemark
