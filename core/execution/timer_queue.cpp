// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/timer_queue.hpp>

namespace tidemark {

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  queue_ = std::move(other.queue_);
  when_ = other.when_;
  number_ = other.number_;
  return *this;
}

void Timer::cancel() noexcept {
  if (const auto queue = std::exchange(queue_, nullptr)) queue->cancel({when_, number_});
}

Timer TimerQueue::add(Clock::time_point when, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return {};
  const std::uint64_t number = next_++;
  actions_.emplace(Place(when, number), std::move(action));
  return Timer(shared_from_this(), when, number);
}

std::optional<Clock::time_point> TimerQueue::first() const {
  const std::lock_guard lock(mutex_);
  if (actions_.empty()) return std::nullopt;
  return actions_.begin()->first.first;
}

bool TimerQueue::call_first(Clock::time_point now) {
  std::unique_lock lock(mutex_);
  if (stopped_ || actions_.empty() || actions_.begin()->first.first > now) return false;
  auto first = actions_.extract(actions_.begin());
  const Running running{first.key(), std::this_thread::get_id(), running_};
  running_ = &running;
  lock.unlock();

  struct Returned {  // also if it throws
    ~Returned() {
      const std::lock_guard relock(queue->mutex_);
      queue->running_ = queue->running_->outside;
      queue->returned_.notify_all();
    }
    TimerQueue* queue;
  };
  const Returned returned{this};
  const std::function<void()> action = std::move(first.mapped());  // gone before it has returned
  action();
  return true;
}

void TimerQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

void TimerQueue::close() {
  std::map<Place, std::function<void()>> left;  // dropped without the lock: they may own timers
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  left.swap(actions_);
}

void TimerQueue::cancel(const Place& place) {
  decltype(actions_)::node_type taken_back;  // dropped without the lock
  std::unique_lock lock(mutex_);
  taken_back = actions_.extract(place);
  returned_.wait(lock, [&] {
    const Running* const running = find_running(place);
    return running == nullptr || running->thread == std::this_thread::get_id();
  });
}

const TimerQueue::Running* TimerQueue::find_running(const Place& place) const {
  const Running* each = running_;
  while (each != nullptr && each->place != place) each = each->outside;
  return each;
}

}  // namespace tidemark
