// SPDX-License-Identifier: MIT
#include <tidemark/core/executor.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/process/watch_display.hpp>

#include <algorithm>
#include <cmath>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds redrawn_after{500};
constexpr std::chrono::seconds printed_after{5};

struct Size {
  std::size_t width = 79, height = 23;
};

/// Of a terminal, without the last column and line.
Size size_of(std::FILE* terminal) {
  winsize size{};
  if (::ioctl(::fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col < 2 || size.ws_row < 2)
    return {};
  return {size.ws_col - 1u, size.ws_row - 1u};
}

std::string padded(std::string text, std::size_t width, bool to_the_right = false) {
  const std::size_t missing = width - std::min(width, text.size());
  return to_the_right ? std::string(missing, ' ') + text : text + std::string(missing, ' ');
}

std::string rate(std::uint64_t before, std::uint64_t now, double seconds) {
  if (seconds <= 0) return "0";
  return std::to_string(std::llround(static_cast<double>(now - std::min(before, now)) / seconds));
}

std::string frontier_text(const PortProgress& port) {
  if (port.frontier.empty()) return "complete";
  std::string text;
  for (const std::string& time : port.frontier) text += (text.empty() ? "" : " ") + time;
  return text;
}

/// "2 waiting", or "1 held", at all timestamps together.
std::string counts_text(const PortProgress& port) {
  std::int64_t count = 0;
  for (const auto& each : port.counts) count += each.count;
  if (count == 0) return "";
  return std::to_string(count) + (port.is_target ? " waiting" : " held");
}

const StepActivity* find(const Watched& in, const std::string& dataflow, const std::string& step,
                         std::size_t at) {
  for (const Watched::Dataflow& each : in.dataflows)
    if (each.name == dataflow && at < each.steps.size() && each.steps[at].name == step)
      return &each.steps[at];
  return nullptr;
}

}  // namespace

std::vector<std::string> watch_lines(const Watched& before, const Watched& now, std::size_t width,
                                     std::size_t height) {
  const double seconds = (now.elapsed - before.elapsed).count();
  std::vector<std::string> lines{
      progress_line(before.inputs, now.inputs, now.elapsed - before.elapsed, width)};
  std::size_t names = 4;
  for (const Watched::Dataflow& dataflow : now.dataflows)
    for (const StepActivity& step : dataflow.steps)
      names = std::min<std::size_t>(std::max(names, step.name.size()), 24);
  lines.push_back(padded("step", names) + "   runs/s  records/s  frontier");
  for (const Watched::Dataflow& dataflow : now.dataflows)
    for (std::size_t i = 0; i != dataflow.steps.size(); ++i) {
      const StepActivity& step = dataflow.steps[i];
      if (step.first_port >= dataflow.progress.ports.size()) continue;
      const StepActivity* const old = find(before, dataflow.name, step.name, i);
      const PortProgress& port = dataflow.progress.ports[step.first_port];
      lines.push_back(
          padded(step.name.substr(0, names), names) + " " +
          padded(rate(old != nullptr ? old->runs : 0, step.runs, seconds), 8, true) + " " +
          padded(rate(old != nullptr ? old->records : 0, step.records, seconds), 10, true) + "  " +
          padded(frontier_text(port), 12) + " " + counts_text(port));
    }
  const std::size_t most = std::max<std::size_t>(height, 3) - 1;  // the last says what holds back
  if (lines.size() > most) {
    lines.resize(most);
    lines.back() = "...";
  }
  lines.push_back(now.held);
  for (std::string& line : lines) {
    if (line.size() > width) line.resize(width);
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

std::string watch_line(const Watched& before, const Watched& now) {
  std::string line = progress_line(before.inputs, now.inputs, now.elapsed - before.elapsed, 1000);
  if (!now.held.empty()) line += (line.empty() ? "" : "; ") + now.held;
  return std::to_string(std::llround(now.elapsed.count())) +
         " s: " + (line.empty() ? "nothing to tell" : line);
}

WatchDisplay::WatchDisplay(Executor& executor, const InputProgressBook& inputs, Dataflows dataflows,
                           std::FILE* out)
    : inputs_(&inputs),
      dataflows_(std::move(dataflows)),
      out_(out),
      is_terminal_(::isatty(::fileno(out)) == 1),
      began_(executor.now()),
      timers_(executor) {
  show();
}

WatchDisplay::~WatchDisplay() {
  timers_.close();  // then nothing is shown any more
  if (is_terminal_) draw({});
}

Watched WatchDisplay::look() {
  Watched now{.inputs = inputs_->all(), .elapsed = timers_.executor().now() - began_};
  const bool answered =
      std::ranges::all_of(questions_, [](const auto& q) { return q->answered(); });
  if (answered) {
    held_.clear();
    for (const auto& question : questions_)
      for (const Explanation& each : question->explain())
        if (held_.empty() && !each.causes.empty())
          held_ = each.time + " at " + each.name + " is held back: " + to_text(each.causes.front());
    questions_.clear();
  }
  for (const auto& dataflow : dataflows_()) {
    if (answered) questions_.push_back(dataflow->ask());
    now.dataflows.push_back({dataflow->graph().name, dataflow->activity(), dataflow->snapshot()});
  }
  now.held = held_;
  return now;
}

void WatchDisplay::show() {
  Watched now = look();
  if (is_terminal_) {
    const auto [width, height] = size_of(out_);
    draw(watch_lines(before_, now, width, height));
  } else if (now.elapsed.count() > 0.001) {  // there is nothing to tell at the beginning
    std::fputs((watch_line(before_, now) + "\n").c_str(), out_);
  }
  before_ = std::move(now);
  const Clock::time_point next =
      timers_.executor().now() +
      (is_terminal_ ? Clock::duration(redrawn_after) : Clock::duration(printed_after));
  timers_.call_at(next, [this] { show(); });
}

/// In the place of what was drawn last.
void WatchDisplay::draw(const std::vector<std::string>& lines) {
  std::string text;
  if (drawn_ != 0) text += "\033[" + std::to_string(drawn_) + "A";
  text += "\r\033[J";
  for (const std::string& line : lines) text += line + "\n";
  drawn_ = lines.size();
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
}

}  // namespace tidemark
