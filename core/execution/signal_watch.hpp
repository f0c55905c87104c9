// SPDX-License-Identifier: MIT
//
// Signal watches: how a person at a terminal asks a run what it waits for, or to stop.
#pragma once

#include <functional>
#include <thread>

namespace tidemark {

/// While it lives, the signal does not end the program but calls `action`, on a thread of its own:
/// each time, or the first time only, after which it does again what it did before. One for each
/// signal at a time in a program; for SIGQUIT (Ctrl-\\) and SIGINT (Ctrl-C).
class SignalWatch {
 public:
  enum class Times { every, first };

  SignalWatch(int signal, Times times, std::function<void()> action);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

 private:
  int signal_;
  std::jthread thread_;
};

}  // namespace tidemark
