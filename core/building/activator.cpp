// SPDX-License-Identifier: MIT
#include <tidemark/core/activator.hpp>
#include <tidemark/core/building/activator_state.hpp>

namespace tidemark {

void Activator::activate() const {
  if (!state_) return;
  const Gate::Pass pass(*state_->gate);
  if (!pass || state_->queued.exchange(true)) return;
  state_->self = state_;
  state_->worker->post(*state_);
}

void Activator::activate_at(Clock::time_point when) const {
  if (!state_) return;
  const Gate::Pass pass(*state_->gate);
  if (!pass || state_->worker->replays()) return;  // a replay is told when
  // No timer: however often that is asked for, it happens once, and nobody falls behind.
  if (when <= state_->timers.executor().now()) return activate();
  state_->timers.call_at(when, [copy = *this] { copy.activate(); });
}

}  // namespace tidemark
