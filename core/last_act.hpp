// SPDX-License-Identifier: MIT
//
// Last acts: what is still done when something ends the program and does not wait for the run.
#pragma once

#include <csignal>
#include <functional>
#include <sys/types.h>

namespace tidemark {

/// While it lives, `act` is called before anything but SIGKILL, `_exit` and `quick_exit` ends the
/// process that made it, while other threads go on: a signal whose default action does, or
/// `std::exit`, behind all destructors. It may be called in a handler, so it must be
/// async-signal-safe; and twice. It must not make or end a LastAct. Thread: any.
///
/// While one lives, or a Hold, each signal that has its default action, if that is to end the
/// program, has a handler instead, which calls the acts and then ends it by that signal as ever,
/// with a core dump if there would be one. A signal that is ignored or has a handler, then or
/// later, keeps that; a handler that gives the default action back and raises the signal again goes
/// past the acts. With the last LastAct the handlers go, but one that somebody else has taken for
/// the action to go back to: it acts as the default action does. What a program changes at the same
/// moment is not lost, but may be missing for that moment.
class LastAct {
 public:
  /// From here on `act` is called. Waits while another thread makes or ends one.
  explicit LastAct(std::function<void()> act);
  LastAct(const LastAct&) = delete;
  LastAct& operator=(const LastAct&) = delete;
  ~LastAct();

  /// Whether it was made before this process was forked off: its act is another's then.
  bool is_inherited() const;

  /// While it lives, what would end the program waits, for a second at most: for who makes what a
  /// LastAct is for, and then that. Thread: the one that made it.
  class Hold {
   public:
    Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

   private:
    sigset_t before_{};
  };

  /// The action by which a signal ends the program behind all acts.
  static struct sigaction ending();
  /// For who has given a signal its default action back: puts `ending` there, if a LastAct lives,
  /// or the other way round.
  static void settle_signals();

 private:
  friend struct LastActs;

  std::function<void()> act_;
  pid_t process_;
  LastAct* previous_ = nullptr;
  LastAct* next_ = nullptr;
};

}  // namespace tidemark
