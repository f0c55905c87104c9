// SPDX-License-Identifier: MIT
#include <tidemark/core/pin_thread.hpp>

#include <cstddef>
#include <pthread.h>

namespace tidemark {
namespace {

thread_local std::optional<cpu_set_t> before_pinned;

std::optional<cpu_set_t> processors_of_this_thread() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (pthread_getaffinity_np(pthread_self(), sizeof set, &set) != 0) return std::nullopt;
  return set;
}

/// Requires: there is one.
cpu_set_t only(std::uint32_t place, const cpu_set_t& all) {
  auto left = place % static_cast<std::uint32_t>(CPU_COUNT(&all));
  std::size_t processor = 0;
  while (!CPU_ISSET(processor, &all) || left-- != 0) ++processor;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  return one;
}

}  // namespace

PinnedThread::PinnedThread(std::uint32_t place)
    : here_(processors_of_this_thread()),
      outer_(before_pinned) {
  const std::optional<cpu_set_t> all = outer_ ? outer_ : here_;
  if (!all || CPU_COUNT(&*all) == 0) return;
  const cpu_set_t one = only(place, *all);
  if (pthread_setaffinity_np(pthread_self(), sizeof one, &one) != 0) return;
  before_pinned = all;
  is_pinned_ = here_.has_value();
}

PinnedThread::~PinnedThread() {
  if (!is_pinned_) return;
  run_on(*here_);
  before_pinned = outer_;
}

std::optional<cpu_set_t> unpinned_processors() {
  return before_pinned;
}

void run_on(const cpu_set_t& processors) {
  pthread_setaffinity_np(pthread_self(), sizeof processors, &processors);
}

UnpinnedScope::UnpinnedScope() {
  if (!before_pinned) return;
  pinned_ = processors_of_this_thread();
  run_on(*before_pinned);
}

UnpinnedScope::~UnpinnedScope() {
  if (pinned_) run_on(*pinned_);
}

}  // namespace tidemark
