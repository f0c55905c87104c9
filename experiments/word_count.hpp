// SPDX-License-Identifier: MIT
//
// Word count as a dataflow: the words of a text, with a result per epoch and totals at the end.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The words of a line: its maximal runs of ASCII letters, lower-cased. Other bytes only separate.
std::vector<std::string> split_words(const std::string& line);

struct WordCountOptions {
  std::string path;  ///< of the text; `-` is standard input
  std::size_t epoch_lines = 2000;
  Config config;
  std::string counts{};      ///< the file that gets them, word<TAB>count, sorted; empty: none
  bool print_epochs = true;  ///< on standard output, as they are complete
};

/// What one epoch, or a part of it, has brought.
struct EpochResult {
  std::uint64_t epoch = 0;
  std::uint64_t words = 0;
  std::uint64_t distinct = 0;

  friend std::ostream& operator<<(std::ostream& out, const EpochResult& result);
};

struct WordCountResult {
  std::vector<std::pair<std::string, std::uint64_t>> counts;  ///< sorted by word
  std::uint64_t words = 0;
  std::vector<EpochResult> epochs;  ///< as they were complete
  double seconds = 0;
  bool interrupted = false;  ///< so that this is of a part of the text
  int signal = 0;            ///< that has interrupted it
  FlowGraph graph;
  /// The progress state when that many epochs, a power of two, were complete; 0: at the start.
  std::vector<std::pair<std::uint64_t, ProgressSnapshot>> states;

  /// The last of them in the first half of the run that follows a complete epoch, if there is one.
  const ProgressSnapshot& mid_run() const;
};

/// Counts the words of a text. Throws what the run throws, other than Interrupted.
WordCountResult count_words(const WordCountOptions& options);

/// The dataflow that would do it.
FlowGraph describe_word_count(const WordCountOptions& options);

}  // namespace tidemark
