// SPDX-License-Identifier: MIT
//
// Signal watches: how a person at a terminal asks a run what it waits for, or to stop.
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace tidemark {

/// While it lives, the signals do not end the program but call `action`, on a thread of its own:
/// each time, or the first time of each only: the second time that one does at once what it did
/// before, and if it ends the program by default all that is a LastAct comes first.
/// One of either kind at a time in a program. SIGHUP and SIGTERM stay ignored if they are (nohup);
/// SIGINT and SIGQUIT do not, since a shell has every program in the background ignore them.
class SignalWatch {
 public:
  enum class Times { every, first };

  SignalWatch(std::vector<int> signals, Times times, std::function<void(int signal)> action);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

 private:
  std::vector<int> signals_;
  Times times_;
  std::jthread thread_;
};

}  // namespace tidemark
