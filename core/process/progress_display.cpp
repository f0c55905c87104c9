// SPDX-License-Identifier: MIT
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process/progress_display.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/ioctl.h>

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds interval{200};

/// The characters of a line, of which the last stays free.
std::size_t width_of(std::FILE* terminal) {
  winsize size{};
  const bool known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1u : 79u;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Executor& executor, const InputProgressBook& inputs,
                                 std::FILE* terminal)
    : inputs_(&inputs),
      terminal_(terminal),
      timers_(executor) {
  show({}, executor.now());
}

ProgressDisplay::~ProgressDisplay() {
  timers_.close();  // then nothing is shown any more
  std::fputs("\r\033[K", terminal_);
}

void ProgressDisplay::show(const std::vector<InputProgress>& before, Clock::time_point since) {
  const Clock::time_point now = timers_.executor().now();
  const std::vector<InputProgress> inputs = inputs_->all();
  const std::string line = progress_line(before, inputs, now - since, width_of(terminal_));
  std::fputs(("\r\033[K" + line).c_str(), terminal_);
  timers_.call_at(now + interval, [this, inputs, now] { show(inputs, now); });
}

}  // namespace tidemark
