// SPDX-License-Identifier: MIT
//
// Captured streams: the events that one consists of, and who writes and reads them.
#pragma once

#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// A capture that cannot be replayed, not whole or empty, or a stream that is captured twice. A
/// file that is no capture is a FileError.
class CaptureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A frontier has moved: +1 for each element that it gained, then -1 for each that it lost. The
/// first one of a part is +1 for the least timestamp; after the last one the frontier is empty.
template <Timestamp T>
struct FrontierMove {
  std::vector<std::pair<T, std::int64_t>> changes;  ///< elements, each with +1 or -1
  friend bool operator==(const FrontierMove&, const FrontierMove&) = default;
};

/// Records that have arrived. The frontier has not passed their timestamp.
template <Timestamp T, typename Item>
struct CapturedBatch {
  T time{};                   ///< of each of the records
  std::vector<Item> records;  ///< in the order of arrival
  friend bool operator==(const CapturedBatch&, const CapturedBatch&) = default;
};

/// What a captured stream consists of.
template <Timestamp T, typename Item>
using CaptureEvent = std::variant<FrontierMove<T>, CapturedBatch<T, Item>>;

/// Takes the events of one part, in order: what one worker has seen. Thread: that worker. One that
/// is destroyed before `close` leaves a capture that is not whole.
template <Timestamp T, typename Item>
class CaptureWriter {
 public:
  virtual ~CaptureWriter() = default;
  /// The frontier has moved at the worker.
  virtual void move_frontier(const FrontierMove<T>& move) = 0;
  /// Records have arrived; they stay the caller's.
  virtual void write_batch(const T& time, const std::vector<Item>& records) = 0;
  /// The stream has ended.
  virtual void close() = 0;
};

/// Gives the events of one part again. Thread: one worker.
template <Timestamp T, typename Item>
class CaptureReader {
 public:
  virtual ~CaptureReader() = default;
  /// `more`: `event` is the next one. `wait`: there is none yet, and `wake` is called when there
  /// is. `end`: there will be none. Throws if the capture is not whole.
  virtual Poll::State next(CaptureEvent<T, Item>& event) = 0;
  /// The place of the last event, for errors.
  virtual std::string where() const = 0;
};

/// Where a stream can be captured to. Opened at every worker, while the dataflow is being built.
template <typename S, typename T, typename Item>
concept CaptureSink =
    std::copyable<S> && requires(const S& s, std::uint32_t worker, std::uint32_t workers) {
      {
        s.template open<T, Item>(worker, workers)
      } -> std::same_as<std::unique_ptr<CaptureWriter<T, Item>>>;
    };

/// Where a stream can be replayed from.
template <typename S, typename T, typename Item>
concept CaptureSource =
    std::copyable<S> && requires(const S& s, std::uint32_t part, std::function<void()> wake) {
      { s.template parts<T, Item>() } -> std::same_as<std::uint32_t>;
      {
        s.template read<T, Item>(part, wake)
      } -> std::same_as<std::unique_ptr<CaptureReader<T, Item>>>;
    };

}  // namespace tidemark
