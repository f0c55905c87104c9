// SPDX-License-Identifier: MIT
#include <tidemark/core/pin_thread.hpp>

#include <cstddef>
#include <optional>
#include <pthread.h>
#include <sched.h>

namespace tidemark {
namespace {

thread_local std::optional<std::uint32_t> pinned_to;

/// The processors that the process may use: those of the thread that first asks, which nobody has
/// pinned yet.
const cpu_set_t& usable() {
  static const cpu_set_t set = [] {
    cpu_set_t all;
    CPU_ZERO(&all);
    if (pthread_getaffinity_np(pthread_self(), sizeof all, &all) != 0) CPU_ZERO(&all);
    return all;
  }();
  return set;
}

}  // namespace

bool pin_thread(std::uint32_t place) {
  if (pinned_to == place) return true;
  const cpu_set_t& all = usable();
  const int count = CPU_COUNT(&all);
  if (count == 0) return false;
  auto left = place % static_cast<std::uint32_t>(count);
  std::size_t processor = 0;
  while (!CPU_ISSET(processor, &all) || left-- != 0) ++processor;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  if (pthread_setaffinity_np(pthread_self(), sizeof one, &one) != 0) return false;
  pinned_to = place;
  return true;
}

void unpin_thread() {
  if (pinned_to) unpin_inherited();
}

bool thread_is_pinned() {
  return pinned_to.has_value();
}

void unpin_inherited() {
  pinned_to.reset();
  pthread_setaffinity_np(pthread_self(), sizeof(cpu_set_t), &usable());
}

}  // namespace tidemark
