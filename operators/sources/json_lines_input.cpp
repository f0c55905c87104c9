// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

class JSONLinesPart final : public SourcePart<nlohmann::json> {
 public:
  JSONLinesPart(std::string path, std::unique_ptr<SourcePart<std::string>> lines,
                std::uint64_t line)
      : path_(std::move(path)),
        lines_(std::move(lines)),
        line_(line) {}

  Poll next_batch(std::vector<nlohmann::json>& batch) override {
    if (!mistake_.empty()) throw FileError(mistake_);
    texts_.clear();
    const Poll next = lines_->next_batch(texts_);
    for (const std::string& text : texts_) {
      ++line_;
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      try {
        batch.push_back(nlohmann::json::parse(text));
      } catch (const nlohmann::json::parse_error& error) {
        mistake_ = "cannot read '" + path_ + "' as JSON lines: line " + std::to_string(line_) +
                   ", column " + std::to_string(error.byte) + ": " + reason_of(error);
        return {Poll::State::more, {}};
      }
    }
    return next;
  }

  std::optional<std::string> position() const override {
    const std::optional<std::string> position = lines_->position();
    if (!position) return std::nullopt;
    return to_bytes(std::pair(*position, line_));
  }

 private:
  /// The library's message without its own number and place.
  static std::string reason_of(const nlohmann::json::parse_error& error) {
    std::string reason = error.what();
    for (const char* before : {"column ", ": "}) {
      const std::size_t at = reason.find(before);
      if (at != std::string::npos) reason.erase(0, at + std::string(before).size());
    }
    return reason;
  }

  std::string path_;
  std::unique_ptr<SourcePart<std::string>> lines_;
  std::uint64_t line_;  // that was given last
  std::vector<std::string> texts_;
  std::string mistake_;
};

}  // namespace

std::unique_ptr<SourcePart<nlohmann::json>> JSONLinesInput::open(
    const std::string& part, const SourceContext& context) const {
  SourceContext inner = context;
  std::uint64_t line = 0;
  if (context.resume_at) {
    auto [position, lines] = from_bytes<std::pair<std::string, std::uint64_t>>(*context.resume_at);
    inner.resume_at = std::move(position);
    line = lines;
  }
  return std::make_unique<JSONLinesPart>(part, lines_.open(part, inner), line);
}

}  // namespace tidemark
