// SPDX-License-Identifier: MIT
//
// Broken promises abort; here is how a test sees one break: in a child process.
#pragma once

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace tidemark::tests {

/// Runs `function` in a child process and returns what it wrote to the standard error stream if it
/// aborted, nullopt if it did not. Call it while this process has one thread only.
template <typename Function>
std::optional<std::string> abort_message(Function&& function) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) std::abort();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // Catch2's handler would report the test as failed
    ::dup2(pipe_ends[1], STDERR_FILENO);
    ::close(pipe_ends[0]);
    function();
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t n; (n = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) return std::nullopt;
  return text;
}

}  // namespace tidemark::tests
