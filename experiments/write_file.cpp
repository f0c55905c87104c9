// SPDX-License-Identifier: MIT
#include "write_file.hpp"

#include <tidemark/core/execution/signal_watch.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>

#include <atomic>
#include <csignal>
#include <optional>
#include <sys/stat.h>
#include <vector>

namespace tidemark {
namespace {

/// A pipe, a terminal: nothing is left of it, its reader sees when it is closed, and to open it may
/// take long.
bool is_no_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Does the work and then what a signal that has come meanwhile does.
template <typename Work>
void before_signals(const Work& work) {
  std::atomic<int> came = 0;
  {
    const SignalWatch watch({SIGINT, SIGTERM, SIGHUP, SIGQUIT}, SignalWatch::Times::every,
                            [&came](int signal) { came = signal; });
    work();
  }
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
