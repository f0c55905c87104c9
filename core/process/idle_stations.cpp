// SPDX-License-Identifier: MIT
#include <tidemark/core/process/idle_stations.hpp>

#include <thread>
#include <utility>

namespace tidemark {

IdleStations::IdleStations(const Config& config, std::shared_ptr<const Routes> routes,
                           VirtualNetwork* network, Executor& executor,
                           const DataflowRegistry& dataflows)
    : dataflows_(&dataflows),
      linger_(config.linger),
      awake_(routes->layout()),
      lingering_(routes->layout().processes),
      setup_{std::move(routes), network, &awake_, {}},
      timers_(executor) {
  if (network != nullptr && linger_.count() > 0)
    setup_.linger = [this](std::uint32_t process) { flush_later(process); };
}

void IdleStations::wait_for_idlers() const {
  while (going_idle_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

void IdleStations::goes_idle(std::uint32_t worker) {
  going_idle_.fetch_add(1, std::memory_order_relaxed);
  if (setup_.linger) return;
  for (const auto& of : dataflows_->stations()) of->flush_worker(worker);
}

void IdleStations::has_gone_idle(std::uint32_t worker) {
  if (awake_.sleeps(worker)) {
    const std::uint32_t process = setup_.routes->layout().process_of_worker(worker);
    if (setup_.linger) {
      setup_.linger(process);
    } else {
      flush(process);
    }
  }
  going_idle_.fetch_sub(1, std::memory_order_release);
}

void IdleStations::flush(std::uint32_t process) {
  for (const auto& of : dataflows_->stations()) of->flush_process(process);
}

/// If the process is still idle then; else whoever goes idle last calls this again.
void IdleStations::flush_later(std::uint32_t process) {
  if (lingering_[process]) return;
  lingering_[process] = true;
  timers_.call_at(timers_.executor().now() + linger_, [this, process] {
    lingering_[process] = false;
    if (awake_.idle(process)) flush(process);
  });
}

}  // namespace tidemark
