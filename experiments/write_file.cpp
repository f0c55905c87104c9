// SPDX-License-Identifier: MIT
#include "write_file.hpp"

#include <tidemark/operators/sinks/file_writer.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <sys/stat.h>

namespace tidemark {
namespace {

/// A pipe, a terminal: nothing is left of it, its reader sees when it is closed, and to open it may
/// take long.
bool is_no_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

volatile std::sig_atomic_t came = 0;  // the last signal

/// Does the work and then what a signal that has come meanwhile does. Not by two threads at once.
template <typename Work>
void before_signals(const Work& work) {
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  came = 0;
  std::array<struct sigaction, signals.size()> previous{};
  struct sigaction note {};
  note.sa_handler = [](int signal) { came = signal; };
  note.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i != signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &note, nullptr);
  }
  const auto restore = [&] {
    for (std::size_t i = 0; i != signals.size(); ++i)
      ::sigaction(signals[i], &previous[i], nullptr);
  };
  try {
    work();
  } catch (...) {
    restore();
    throw;
  }
  restore();
  if (came != 0) std::raise(came);
}

}  // namespace

void require_writable(const std::string& path) {
  if (path.empty() || is_no_file(path)) return;
  before_signals([&] { FileWriter{path}; });
}

void write_file(const std::string& path, std::string_view text) {
  const auto write = [&] {
    FileWriter file(path);
    file.write(text);
    file.commit();
  };
  if (path.empty()) return;
  if (is_no_file(path)) return write();
  before_signals(write);
}

}  // namespace tidemark
