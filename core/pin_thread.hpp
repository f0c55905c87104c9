// SPDX-License-Identifier: MIT
//
// Pinning: a thread that stays on one processor for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <sched.h>

namespace tidemark {

/// Has the calling thread run on one processor only, for as long as this lives: on number `place`
/// of those that it might use before, counted on from the first again where there are fewer. Three
/// calls of the system. Threads that it starts meanwhile stay there, too, but for those of
/// start_thread. Thread: one.
class PinnedThread {
 public:
  explicit PinnedThread(std::uint32_t place);  ///< counted from 0
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;
  ~PinnedThread();

  /// False if the system has refused it.
  bool is_pinned() const { return is_pinned_; }

 private:
  std::optional<cpu_set_t> here_;   // on which the thread ran
  std::optional<cpu_set_t> outer_;  // null unless it was pinned already
  bool is_pinned_ = false;
};

/// The processors of the calling thread before it was pinned; nullopt: it is not.
std::optional<cpu_set_t> unpinned_processors();
/// Has the calling thread, which another one may have started while it was pinned, run on these.
void run_on(const cpu_set_t& processors);

/// Undoes that the calling thread is pinned, for as long as this lives: for those who start threads
/// by the means of others.
class UnpinnedScope {
 public:
  UnpinnedScope();
  UnpinnedScope(const UnpinnedScope&) = delete;
  UnpinnedScope& operator=(const UnpinnedScope&) = delete;
  ~UnpinnedScope();

 private:
  std::optional<cpu_set_t> pinned_;  // to go back to
};

}  // namespace tidemark
