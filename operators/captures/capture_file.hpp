// SPDX-License-Identifier: MIT
//
// CaptureFile: a captured stream in a file.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/operators/captures/capture_event.hpp>
#include <tidemark/operators/captures/recording.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {
namespace detail {

template <Timestamp T, typename Item>
std::string capture_signature() {
  static_assert(Encodable<T> && Encodable<Item>,
                "capture: a value for a file must be trivially copyable, a std::string, or a pair, "
                "tuple, optional, vector or map of such; else specialise tidemark::Codec for its "
                "type");
  return Codec<T>::signature() + " " + Codec<Item>::signature();
}

template <Timestamp T, typename Item>
class FileCaptureWriter final : public CaptureWriter<T, Item> {
 public:
  FileCaptureWriter(std::shared_ptr<Recording> recording, std::uint32_t part)
      : recording_(std::move(recording)),
        part_(part) {}
  ~FileCaptureWriter() override { recording_->leave(part_); }

  void move_frontier(const FrontierMove<T>& move) override {
    payload_.clear();
    for (const auto& change : move.changes)
      Codec<std::pair<T, std::int64_t>>::write(payload_, change);
    recording_->write(part_, FrameKind::frontier, payload_);
  }
  void write_batch(const T& time, const std::vector<Item>& records) override {
    payload_.clear();
    Codec<T>::write(payload_, time);
    for (const Item& record : records) {
      const std::size_t before = payload_.size();
      Codec<Item>::write(payload_, record);
      end_element(payload_, before);
    }
    recording_->write(part_, FrameKind::batch, payload_);
  }
  void close() override { recording_->end(part_); }

 private:
  std::shared_ptr<Recording> recording_;
  std::uint32_t part_;
  std::string payload_;
};

template <Timestamp T, typename Item>
class FileCaptureReader final : public CaptureReader<T, Item> {
 public:
  FileCaptureReader(const std::string& path, std::uint32_t part)
      : file_(path, capture_signature<T, Item>()),
        part_(part) {}

  Poll::State next(CaptureEvent<T, Item>& event) override {
    const FrameKind kind = file_.next(part_, payload_);
    if (kind == FrameKind::end) return Poll::State::end;
    try {
      ByteReader from(payload_);
      if (kind == FrameKind::frontier) {
        auto& changes = event.template emplace<FrontierMove<T>>().changes;
        while (!from.empty()) changes.push_back(Codec<std::pair<T, std::int64_t>>::read(from));
      } else {
        auto& batch = event.template emplace<CapturedBatch<T, Item>>();
        batch.time = Codec<T>::read(from);
        while (!from.empty()) batch.records.push_back(read_element<Item>(from));
      }
    } catch (const BadBytes&) {
      file_.refuse(file_.offset(), "the frame ends in the middle of a value");
    }
    return Poll::State::more;
  }
  std::string where() const override {
    return "'" + file_.path() + "' at offset " + std::to_string(file_.offset());
  }

 private:
  RecordingReader file_;
  std::uint32_t part_;
  std::string payload_;
};

}  // namespace detail

/// A captured stream in the file at `path`: one for all workers, of whatever Codec can write. The
/// file appears under its name when its dataflow has ended without an error, and not otherwise. It
/// is read as it is replayed, by machines of the same byte order and the same types. Throws
/// FileError, also for one that is damaged: behind that no record could be told, so none is sent as
/// a bad one.
class CaptureFile {
 public:
  /// Touches no file: that is done by who captures or replays.
  explicit CaptureFile(std::string path) : path_(std::move(path)) {}

  /// The path, by which a run sees that no other step writes the file.
  const std::string& file() const { return path_; }

  ///@{
  /// As CaptureSink and CaptureSource say (capture_event.hpp). All throw FileError.
  template <Timestamp T, typename Item>
  std::unique_ptr<CaptureWriter<T, Item>> open(std::uint32_t worker, std::uint32_t workers) const {
    const std::lock_guard lock(current_->mutex);
    auto& recording = current_->recording;
    if (!recording || !recording->join(worker, workers)) {  // the first of another run
      recording =
          std::make_shared<detail::Recording>(path_, detail::capture_signature<T, Item>(), workers);
      recording->join(worker, workers);
    }
    return std::make_unique<detail::FileCaptureWriter<T, Item>>(recording, worker);
  }
  template <Timestamp T, typename Item>
  std::uint32_t parts() const {
    return detail::RecordingReader(path_, detail::capture_signature<T, Item>()).parts();
  }
  template <Timestamp T, typename Item>
  std::unique_ptr<CaptureReader<T, Item>> read(std::uint32_t part, std::function<void()>) const {
    return std::make_unique<detail::FileCaptureReader<T, Item>>(path_, part);
  }
  ///@}

 private:
  struct Current {
    std::mutex mutex;
    std::shared_ptr<detail::Recording> recording;  // that the workers of a run join
  };
  std::string path_;
  std::shared_ptr<Current> current_ = std::make_shared<Current>();
};

}  // namespace tidemark
