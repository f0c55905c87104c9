// SPDX-License-Identifier: MIT
//
// The quit signal: how a person at a terminal asks a run what it waits for.
#pragma once

#include <functional>
#include <thread>

namespace tidemark {

/// While it lives, SIGQUIT (Ctrl-\\) does not end the program but calls `action`, on a thread of
/// its own. One at a time in a program.
class QuitSignal {
 public:
  explicit QuitSignal(std::function<void()> action);
  QuitSignal(const QuitSignal&) = delete;
  QuitSignal& operator=(const QuitSignal&) = delete;
  ~QuitSignal();

 private:
  std::jthread thread_;
};

}  // namespace tidemark
