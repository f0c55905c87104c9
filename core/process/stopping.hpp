// SPDX-License-Identifier: MIT
//
// Stopping: how a run ends before its inputs do.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

namespace tidemark {

/// Whether a stop was requested, after which all that was read is done, or the run has failed,
/// after which nothing is. Thread: any.
class Stopping {
 public:
  /// Calls the actions. Any number of times.
  void request();
  bool requested() const { return requested_.load(std::memory_order_seq_cst); }
  /// Has `action` called when a stop is requested, on the thread of whoever requests it; it may be
  /// called late, when its dataflow is gone.
  void on_request(std::function<void()> action);

  /// Keeps the first error for the caller of the run.
  void fail(std::exception_ptr error) noexcept;
  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  const std::atomic<bool>& failure_flag() const { return failed_; }
  /// Throws the error that ended the run, if one did.
  void rethrow_failure() const;

 private:
  mutable std::mutex mutex_;  // guards the actions and the error
  std::vector<std::function<void()>> actions_;
  std::exception_ptr error_;
  std::atomic<bool> requested_{false};
  std::atomic<bool> failed_{false};
};

}  // namespace tidemark
