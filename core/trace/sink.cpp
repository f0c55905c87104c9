// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/no_size_signal.hpp>
#include <tidemark/core/start_thread.hpp>
#include <tidemark/core/system_reason.hpp>
#include <tidemark/core/trace/block.hpp>
#include <tidemark/core/trace/sink.hpp>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

std::string sealed(const RawBlock& block) {
  return sealed_block(block.tag, block.bytes, block.first, block.events);
}

class MemorySink final : public TraceSink {
 public:
  explicit MemorySink(std::string& bytes) : bytes_(&bytes) { *bytes_ = file_mark; }
  void take(RawBlock block) override { *bytes_ += sealed(block); }
  void finish() override {}

 private:
  std::string* bytes_;
};

/// A file that is open for writing. One that holds something else than a trace is not taken.
class File {
 public:
  explicit File(std::string path) : path_(std::move(path)), descriptor_(open_new(path_)) {
    if (descriptor_ < 0) fail();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }

  void write(std::string_view bytes) {
    const NoSizeSignal no_signal;
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  static int open_new(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size != 0) {
      std::string begin(file_mark.size(), ' ');
      std::ifstream(path, std::ios::binary)
          .read(begin.data(), static_cast<std::streamsize>(begin.size()));
      if (begin != file_mark)
        throw TraceError("the trace is not written to '" + path +
                         "', which is there and is no trace; give it another name");
    }
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  [[noreturn]] void fail() const {
    throw TraceError("the trace '" + path_ + "' cannot be written: " + system_reason(errno));
  }

  std::string path_;
  int descriptor_;
};

class FileSink final : public TraceSink {
 public:
  FileSink(const std::string& path, WhenTraceFails when_it_fails, std::function<void()> each_second)
      : file_(path),
        when_it_fails_(when_it_fails),
        each_second_(std::move(each_second)) {
    thread_ = start_thread<std::thread>([this] { write_all(); });
  }
  ~FileSink() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void take(RawBlock block) override {
    std::unique_lock lock(mutex_);
    const bool is_writer = std::this_thread::get_id() == thread_.get_id();  // it waits for nobody
    changed_.wait(lock, [&] { return waiting_.size() < most_waiting || failed_ || is_writer; });
    if (!failed_) waiting_.push_back(std::move(block));
    changed_.notify_all();
    if (!is_writer) tell_failure();
  }

  void finish() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return (waiting_.empty() && !writes_) || failed_; });
    tell_failure();
  }

 private:
  static constexpr std::size_t most_waiting = 4;

  /// Requires: locked.
  void tell_failure() {
    if (!failed_ || told_) return;
    told_ = true;
    if (when_it_fails_ == WhenTraceFails::end_run) throw TraceError(reason_);
    std::fprintf(stderr, "tidemark: %s; the run goes on without it\n", reason_.c_str());
  }

  void write_all() {
    std::unique_lock lock(mutex_);
    while (!(closed_ && waiting_.empty()) && !failed_) {
      const bool woken = changed_.wait_for(lock, std::chrono::seconds(1),
                                           [&] { return closed_ || !waiting_.empty(); });
      if (!woken && each_second_) {
        lock.unlock();
        each_second_();
        lock.lock();
      }
      while (!waiting_.empty()) {
        const RawBlock block = std::move(waiting_.front());
        waiting_.pop_front();
        writes_ = true;
        changed_.notify_all();
        lock.unlock();
        std::string reason = write(block);
        lock.lock();
        writes_ = false;
        if (!reason.empty()) {
          failed_ = true;
          reason_ = std::move(reason);
          waiting_.clear();
        }
      }
      changed_.notify_all();
    }
  }

  /// Empty, or why not.
  std::string write(const RawBlock& block) {
    try {
      if (!std::exchange(begun_, true)) file_.write(file_mark);
      file_.write(sealed(block));
      return {};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  File file_;
  WhenTraceFails when_it_fails_;
  std::function<void()> each_second_;
  bool begun_ = false;  // the thread's

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<RawBlock> waiting_;
  bool writes_ = false;
  bool closed_ = false;
  bool failed_ = false;
  bool told_ = false;
  std::string reason_;

  std::thread thread_;
};

}  // namespace

std::unique_ptr<TraceSink> make_memory_sink(std::string& bytes) {
  return std::make_unique<MemorySink>(bytes);
}

std::unique_ptr<TraceSink> make_file_sink(const std::string& path, WhenTraceFails when_it_fails,
                                          std::function<void()> each_second) {
  return std::make_unique<FileSink>(path, when_it_fails, std::move(each_second));
}

}  // namespace tidemark
