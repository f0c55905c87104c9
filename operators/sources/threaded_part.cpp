// SPDX-License-Identifier: MIT
#include <tidemark/core/start_thread.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/threaded_part.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace tidemark::detail {

LinesAhead::LinesAhead(const std::string& path, std::function<void()> wake,
                       std::optional<std::string> position)
    : wake_(std::move(wake)),
      stop_descriptor_(::eventfd(0, EFD_CLOEXEC)),
      taken_to_(std::move(position)) {
  if (stop_descriptor_ < 0) throw_file_error("read", path, errno);
}

LinesAhead::~LinesAhead() {
  ::close(stop_descriptor_);
}

void LinesAhead::give(std::vector<std::string>& lines, std::optional<std::string> position) {
  if (lines.empty()) return;
  {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, stop_.get_token(), [&] { return lines_.size() < most_ahead; });
    std::ranges::move(lines, std::back_inserter(lines_));
    position_ = std::move(position);
  }
  lines.clear();
  wake_();
}

void LinesAhead::begin_anew(std::string position) {
  {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, stop_.get_token(), [&] { return lines_.empty(); });
    if (stopped()) return;
    begins_anew_ = true;
    position_ = std::move(position);
  }
  wake_();
}

bool LinesAhead::wait_for(int descriptor) const {
  pollfd descriptors[] = {{descriptor, POLLIN, 0}, {stop_descriptor_, POLLIN, 0}};
  while (!stopped()) {
    if (::poll(descriptors, 2, -1) < 0 && errno != EINTR) return true;  // reading will tell
    if (descriptors[0].revents != 0) return true;
  }
  return false;
}

void LinesAhead::end(std::exception_ptr error) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    error_ = std::move(error);
  }
  wake_();
}

Poll LinesAhead::take(std::vector<std::string>& batch) {
  const std::lock_guard lock(mutex_);
  if (error_ && lines_.empty()) std::rethrow_exception(error_);
  took_anew_ = std::exchange(begins_anew_, false);
  if (took_anew_ || !lines_.empty()) taken_to_ = position_;
  std::ranges::move(lines_, std::back_inserter(batch));
  lines_.clear();
  taken_.notify_one();
  if (error_) return {Poll::State::more, {}};
  return {ended_ ? Poll::State::end : Poll::State::wait, {}};
}

std::string LinesAhead::untaken() {
  const std::lock_guard lock(mutex_);
  const std::string lines =
      lines_.empty() ? ""
                     : std::to_string(lines_.size()) + (lines_.size() == 1 ? " line" : " lines");
  if (!unfinished_) return lines;
  return lines + (lines.empty() ? "" : " and ") + "the beginning of one";
}

void LinesAhead::stop() {
  stop_.request_stop();
  const std::uint64_t one = 1;
  while (::write(stop_descriptor_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

ThreadedPart::ThreadedPart(const std::string& path, std::function<void()> wake,
                           std::optional<std::string> position,
                           std::function<void(LinesAhead&)> read,
                           std::function<void(const std::string&)> tell)
    : path_(path),
      tell_(std::move(tell)),
      ahead_(path, std::move(wake), std::move(position)) {
  try {
    thread_ = start_thread<std::thread>([this, read = std::move(read)] {
      std::exception_ptr error;
      try {
        read(ahead_);
      } catch (...) {
        error = std::current_exception();
      }
      if (!ahead_.stopped()) ahead_.end(error);
    });
  } catch (const ThreadError& error) {
    throw FileError("cannot read '" + path + "', which takes a thread of its own: " + error.what());
  }
}

void ThreadedPart::interrupted() {
  if (const std::string left = ahead_.untaken(); tell_ && !left.empty())
    tell_("the run was interrupted when " + left + " of '" + path_ +
          "' had been read and given to nobody");
}

ThreadedPart::~ThreadedPart() {
  ahead_.stop();
  thread_.join();
}

}  // namespace tidemark::detail
