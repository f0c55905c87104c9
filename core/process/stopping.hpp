// SPDX-License-Identifier: MIT
//
// Stopping: how a run ends before its inputs do.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark {

/// Owns an action that is called when a stop is requested (Stopping::on_request): all that the
/// action refers to has to outlive this, and need not live longer. May outlive the run. Thread:
/// any, one at a time.
class [[nodiscard]] StopAction {
 public:
  /// Of no action.
  StopAction() = default;
  StopAction(StopAction&& other) noexcept = default;
  /// Cancels the action that this has owned.
  StopAction& operator=(StopAction&& other) noexcept;
  ~StopAction() { cancel(); }

  /// When this returns the action will not be called: takes it back or, if it runs, waits until it
  /// has returned. Only what the action itself calls does not wait for it. Requires: the caller
  /// holds no lock that the action takes.
  void cancel() noexcept;

 private:
  friend class Stopping;
  struct Action {
    void call();

    std::recursive_mutex mutex;  // held while it runs, so that it may cancel itself
    std::function<void()> action;
    int calls = 0;  // that have not returned, one within the other
    bool cancelled = false;
  };
  explicit StopAction(std::shared_ptr<Action> action) : action_(std::move(action)) {}

  std::shared_ptr<Action> action_;  // null: of no action
};

/// Whether a stop was requested, after which all that was read is done, or the run has failed,
/// after which nothing is. Thread: any.
class Stopping {
 public:
  /// Calls the actions. Any number of times.
  void request();
  bool requested() const { return requested_.load(std::memory_order_seq_cst); }
  /// Has `action` called when a stop is requested, on the thread of whoever requests it, for as
  /// long as the result is kept. O(1), amortised.
  StopAction on_request(std::function<void()> action);

  /// Keeps the first error for the caller of the run.
  void fail(std::exception_ptr error) noexcept;
  bool failed() const { return failed_.load(std::memory_order_seq_cst); }
  const std::atomic<bool>& failure_flag() const { return failed_; }
  /// Throws the error that ended the run, if one did.
  void rethrow_failure() const;

 private:
  mutable std::mutex mutex_;  // guards the actions and the error
  std::vector<std::weak_ptr<StopAction::Action>> actions_;
  std::size_t look_at_ = 16;  // as many actions, for those that are gone
  std::exception_ptr error_;
  std::atomic<bool> requested_{false};
  std::atomic<bool> failed_{false};
};

}  // namespace tidemark
