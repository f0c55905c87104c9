// SPDX-License-Identifier: MIT
//
// Coroutines: a function with a stack of its own, for closures that wait without holding a thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tidemark {

/// A function that can stop in the middle and go on later, in any thread. Its stack of 1 MiB, of
/// which only what is used takes memory, exists from its first step to its end; to leave it costs
/// about as much as a call through a pointer (Boost.Context).
///
/// Like any function that may go on in another thread, it keeps no lock, no address of a
/// thread-local and no exception that is being handled over a pause.
class Coroutine {
 public:
  /// `body` must not throw.
  explicit Coroutine(std::function<void()> body);
  Coroutine(const Coroutine&) = delete;
  Coroutine& operator=(const Coroutine&) = delete;
  /// Requires: it has ended, or has not begun.
  ~Coroutine();

  /// Lets it run until it pauses or ends. Requires: it has not ended. Thread: one at a time.
  void resume();
  /// True between its first step and its end.
  bool started() const { return stack_ != nullptr; }
  /// Goes back to the caller of `resume`. Requires: called by the body.
  void pause();

 private:
  struct Stack;  // the context, and what the sanitizers are told of it

  std::function<void()> body_;
  std::unique_ptr<Stack> stack_;
};

}  // namespace tidemark
