// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

/// Cuts blocks into lines. Keeps where it has looked, so that a line of many blocks costs linear
/// time.
class LineCutter {
 public:
  std::string& block() { return text_; }

  /// Moves complete lines to `lines`.
  void cut(std::vector<std::string>& lines) {
    std::size_t begin = 0;
    for (std::size_t end = text_.find('\n', searched_); end != std::string::npos;
         end = text_.find('\n', begin)) {
      lines.emplace_back(text_, begin, end - begin);
      begin = end + 1;
    }
    text_.erase(0, begin);
    searched_ = text_.size();
  }

  /// Moves what is left after the last "\n" to `lines`.
  void finish(std::vector<std::string>& lines) {
    if (!text_.empty()) lines.push_back(std::move(text_));
    text_.clear();
    searched_ = 0;
  }

 private:
  std::string text_;
  std::size_t searched_ = 0;  // no "\n" before here
};

/// Reads in the worker's own thread: a regular file, which is never silent.
class DirectPart final : public SourcePart<std::string> {
 public:
  DirectPart(std::unique_ptr<FileReader> file, std::size_t batch_size, std::uint64_t offset)
      : file_(std::move(file)),
        batch_size_(batch_size),
        offset_(offset) {
    if (offset != 0) file_->seek(offset);
  }

  Poll next_batch(std::vector<std::string>& batch) override {
    while (next_ == lines_.size()) {
      lines_.clear();
      next_ = 0;
      if (!file_->read(lines_in_.block())) {
        lines_in_.finish(batch);
        if (!batch.empty()) offset_ += batch.back().size();
        return {Poll::State::end, {}};
      }
      lines_in_.cut(lines_);
    }
    const std::size_t end = std::min(lines_.size(), next_ + batch_size_);
    for (; next_ != end; ++next_) {
      offset_ += lines_[next_].size() + 1;
      batch.push_back(std::move(lines_[next_]));
    }
    return {Poll::State::more, {}};
  }

  std::optional<std::string> position() const override {
    if (!file_->regular()) return std::nullopt;
    return to_bytes(offset_);
  }

 private:
  std::unique_ptr<FileReader> file_;
  std::size_t batch_size_;
  std::uint64_t offset_;  // after the last line that was given
  LineCutter lines_in_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

/// Reads in a thread of its own, a few blocks ahead, and wakes the worker.
class ThreadedPart final : public SourcePart<std::string> {
 public:
  ThreadedPart(std::unique_ptr<FileReader> file, std::function<void()> wake)
      : file_(std::move(file)),
        wake_(std::move(wake)),
        stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
    if (stop_fd_ < 0) throw_file_error("read", "pipe", errno);
    thread_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  }

  ~ThreadedPart() override {
    thread_.request_stop();
    const std::uint64_t one = 1;
    while (::write(stop_fd_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
    ::close(stop_fd_);
  }

  Poll next_batch(std::vector<std::string>& batch) override {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
    std::ranges::move(lines_, std::back_inserter(batch));
    lines_.clear();
    taken_.notify_one();
    return {ended_ ? Poll::State::end : Poll::State::wait, {}};
  }

 private:
  static constexpr std::size_t max_lines_ahead = 100'000;

  void read(const std::stop_token& stop) {
    try {
      LineCutter cutter;
      std::vector<std::string> lines;
      while (wait_readable(stop) && file_->read(cutter.block())) {
        cutter.cut(lines);
        if (!lines.empty()) hand_over(lines, stop);
      }
      if (stop.stop_requested()) return;
      cutter.finish(lines);
      const std::lock_guard lock(mutex_);
      std::ranges::move(lines, std::back_inserter(lines_));
      ended_ = true;
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
    }
    wake_();
  }

  bool wait_readable(const std::stop_token& stop) {
    pollfd descriptors[] = {{file_->descriptor(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    while (!stop.stop_requested()) {
      if (::poll(descriptors, 2, -1) < 0 && errno != EINTR) return true;  // read will tell
      if (descriptors[0].revents != 0) return true;
    }
    return false;
  }

  void hand_over(std::vector<std::string>& lines, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, stop, [&] { return lines_.size() < max_lines_ahead; });
    std::ranges::move(lines, std::back_inserter(lines_));
    lines.clear();
    lock.unlock();
    wake_();
  }

  std::unique_ptr<FileReader> file_;
  std::function<void()> wake_;
  int stop_fd_;
  std::mutex mutex_;
  std::condition_variable_any taken_;
  std::vector<std::string> lines_;
  bool ended_ = false;
  std::exception_ptr error_;
  std::jthread thread_;
};

}  // namespace

FileInput::FileInput(std::string path, std::size_t batch_size)
    : path_(std::move(path)),
      batch_size_(std::max<std::size_t>(1, batch_size)) {}

std::unique_ptr<SourcePart<std::string>> FileInput::open(const std::string& part,
                                                         const SourceContext& context) const {
  auto file = std::make_unique<FileReader>(part);
  if (context.may_block && !file->regular()) file->wait();
  if (file->regular() || context.may_block)
    return std::make_unique<DirectPart>(
        std::move(file), batch_size_,
        context.resume_at ? from_bytes<std::uint64_t>(*context.resume_at) : 0);
  return std::make_unique<ThreadedPart>(std::move(file), context.wake);
}

}  // namespace tidemark
