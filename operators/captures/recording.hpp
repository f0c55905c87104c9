// SPDX-License-Identifier: MIT
//
// The file of a capture: a header, then frames of all parts, each with its length.
//
//     header    "tidemark capture 1\n", a word that shows the byte order (4 bytes), parts (4),
//               signature (8 bytes length, text)
//     frame     part (4 bytes), kind (4), length of the payload (8), payload
#pragma once

#include <tidemark/operators/sinks/file_writer.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::detail {

enum class FrameKind : std::uint32_t {
  frontier,  ///< a FrontierMove
  batch,     ///< a CapturedBatch
  end,       ///< of this part; empty
};

/// A capture file being written by the workers of a run. It gets its name when all parts have
/// ended. Thread: any.
class Recording {
 public:
  Recording(std::string path, std::string signature, std::uint32_t parts);

  /// Takes a part for a writer; false if it cannot be of this recording.
  bool join(std::uint32_t part, std::uint32_t parts);
  void write(std::uint32_t part, FrameKind kind, std::string_view payload);
  void end(std::uint32_t part);
  /// The writer of a part has gone. Unless the part has ended or not yet begun, nothing of the
  /// recording is kept.
  void leave(std::uint32_t part) noexcept;

 private:
  enum class State { free, joined, begun, ended };
  void add_frame(std::uint32_t part, FrameKind kind, std::string_view payload);

  std::mutex mutex_;  // guards all of it
  std::string path_;
  std::string signature_;
  std::vector<State> parts_;
  std::optional<FileWriter> file_;
  bool over_ = false;  // committed, or a part has left
};

/// Reads a capture file. Throws FileError, naming file and offset, for one that is truncated or
/// something else.
class RecordingReader {
 public:
  RecordingReader(std::string path, const std::string& signature);

  std::uint32_t parts() const { return parts_; }
  /// The next frame of a part.
  FrameKind next(std::uint32_t part, std::string& payload);
  /// Where the last frame begins.
  std::uint64_t offset() const { return frame_; }
  const std::string& path() const { return path_; }
  [[noreturn]] void refuse(std::uint64_t offset, const std::string& what) const;

 private:
  std::string take(std::uint64_t size, const char* what);

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t frame_ = 0;
  std::uint32_t parts_ = 0;
};

}  // namespace tidemark::detail
