// SPDX-License-Identifier: MIT
//
// Cutting blocks of text into lines.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

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

  /// Whether something is.
  bool has_unfinished() const { return !text_.empty(); }

 private:
  std::string text_;
  std::size_t searched_ = 0;  // no "\n" before here
};

}  // namespace tidemark::detail
