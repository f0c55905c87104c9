// SPDX-License-Identifier: MIT
//
// Sinks: where the blocks of a trace go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tidemark {

/// A block that has not been sealed yet (block.hpp).
struct RawBlock {
  std::string tag;
  std::string bytes;
  std::uint64_t first = 0;
  std::uint32_t events = 0;
};

/// What is done about a trace that cannot be written any further, on a full disk for instance.
enum class WhenTraceFails {
  go_on,    ///< one line on standard error says so; the file holds what came before
  end_run,  ///< the run ends with TraceError
};

/// Takes blocks in order. Thread: one at a time.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// May wait until there is room. Throws TraceError if the run is to end since an earlier block
  /// could not be written, once.
  virtual void take(RawBlock block) = 0;
  /// Waits until all is written. Throws as `take` does.
  virtual void finish() = 0;
};

/// Appends to `bytes`, which outlives it.
std::unique_ptr<TraceSink> make_memory_sink(std::string& bytes);

/// Writes `path` anew, on a thread of its own that is at most four blocks behind: so a run that is
/// killed leaves what came before. `each_second` is called there
/// meanwhile, and may give it a block; it may be empty. Throws
/// TraceError if the file cannot be opened.
std::unique_ptr<TraceSink> make_file_sink(const std::string& path, WhenTraceFails when_it_fails,
                                          std::function<void()> each_second);

}  // namespace tidemark
