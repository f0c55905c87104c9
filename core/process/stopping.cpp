// SPDX-License-Identifier: MIT
#include <tidemark/core/process/stopping.hpp>

#include <algorithm>

namespace tidemark {

StopAction& StopAction::operator=(StopAction&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  action_ = std::move(other.action_);
  return *this;
}

void StopAction::cancel() noexcept {
  const auto of = std::exchange(action_, nullptr);
  if (!of) return;
  std::function<void()> action;  // goes without the lock, unless it runs
  const std::lock_guard lock(of->mutex);
  of->cancelled = true;
  if (of->calls == 0) action.swap(of->action);
}

void StopAction::Action::call() {
  const std::lock_guard lock(mutex);
  if (cancelled) return;
  ++calls;
  action();
  --calls;
}

void Stopping::request() {
  std::vector<std::shared_ptr<StopAction::Action>> actions;
  {
    const std::lock_guard lock(mutex_);
    requested_.store(true, std::memory_order_seq_cst);
    for (const auto& each : actions_)
      if (auto action = each.lock()) actions.push_back(std::move(action));
  }
  for (const auto& action : actions) action->call();
}

StopAction Stopping::on_request(std::function<void()> action) {
  auto owned = std::make_shared<StopAction::Action>();
  owned->action = std::move(action);
  const std::lock_guard lock(mutex_);
  if (actions_.size() >= look_at_) {
    std::erase_if(actions_, [](const auto& each) { return each.expired(); });
    look_at_ = 2 * actions_.size() + 16;
  }
  actions_.push_back(owned);
  return StopAction(std::move(owned));
}

void Stopping::fail(std::exception_ptr error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  failed_.store(true, std::memory_order_seq_cst);
}

void Stopping::rethrow_failure() const {
  const std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
}

}  // namespace tidemark
