// SPDX-License-Identifier: MIT
//
// Parts that a thread of their own reads, since what they read can be silent.
#pragma once

#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace tidemark::detail {

/// Lines that a thread has read before the worker asks for them; up to a bound.
class LinesAhead {
 public:
  LinesAhead(const std::string& path, std::function<void()> wake,
             std::optional<std::string> position);
  LinesAhead(const LinesAhead&) = delete;
  LinesAhead& operator=(const LinesAhead&) = delete;
  ~LinesAhead();

  // The thread.

  /// Hands over all lines, of which the last ends at `position`. Waits while there are too many.
  void give(std::vector<std::string>& lines, std::optional<std::string> position);
  /// The lines from here on are those of a file that begins at `position`. Waits until those before
  /// have been taken.
  void begin_anew(std::string position);
  /// Waits until `descriptor` can be read; false once nobody wants more.
  bool wait_for(int descriptor) const;
  bool stopped() const { return stop_.stop_requested(); }
  void end(std::exception_ptr error);
  /// Whether the beginning of a line has been read besides.
  void set_unfinished(bool unfinished) { unfinished_ = unfinished; }

  // The worker.

  /// What has been read and not taken, in words; empty: nothing.
  std::string untaken();

  Poll take(std::vector<std::string>& batch);
  /// Whether the lines that were taken last, of which there may be none, are the first of a file.
  bool took_anew() const { return took_anew_; }
  /// After the last line that was taken.
  const std::optional<std::string>& position() const { return taken_to_; }
  /// Nobody wants more.
  void stop();

 private:
  static constexpr std::size_t most_ahead = 100'000;

  std::function<void()> wake_;
  int stop_descriptor_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any taken_;
  std::vector<std::string> lines_;
  std::optional<std::string> position_;  // after these
  std::optional<std::string> taken_to_;
  bool begins_anew_ = false;  // with these
  bool took_anew_ = false;
  bool ended_ = false;
  std::exception_ptr error_;
  std::atomic<bool> unfinished_ = false;
};

/// A part whose lines `read` hands over, which a thread runs that ends with the part; what it
/// throws is thrown when the lines before have been given. Thread: one worker.
class ThreadedPart final : public LineSourcePart {
 public:
  /// `position` is where the part begins. `tell`, which may be empty, is told of what has been read
  /// and can be read by nobody else, if the run ends early. Throws FileError, which names `path`,
  /// if no thread can be started.
  ThreadedPart(const std::string& path, std::function<void()> wake,
               std::optional<std::string> position, std::function<void(LinesAhead&)> read,
               std::function<void(const std::string&)> tell = {});
  ~ThreadedPart() override;

  Poll next_batch(std::vector<std::string>& batch) override { return ahead_.take(batch); }
  bool began_anew() const override { return ahead_.took_anew(); }
  std::optional<std::string> position() const override { return ahead_.position(); }
  void interrupted() override;

 private:
  std::string path_;
  std::function<void(const std::string&)> tell_;
  LinesAhead ahead_;
  std::thread thread_;
};

}  // namespace tidemark::detail
