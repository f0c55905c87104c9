// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/line_queue.hpp>
#include <tidemark/operators/sources/read_json.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

class JSONLinesPart final : public SourcePart<nlohmann::json> {
 public:
  JSONLinesPart(const FileInput& source, const std::string& path, const SourceContext& context)
      : path_(path),
        lines_(source, path, context),
        on_bad_(context.on_bad) {}

  Poll next_batch(std::vector<nlohmann::json>& batch) override {
    if (mistake_)
      throw FileError("cannot read '" + path_ + "' as JSON lines: " + mistake_->place() + ": " +
                      mistake_->reason);
    const Poll next = lines_.read();
    while (const std::string* text = lines_.take()) {
      if (text->find_first_not_of(" \t\r") != std::string::npos) {
        try {
          batch.push_back(read_json(*text));
        } catch (const JsonError& error) {
          BadRecord bad{path_, lines_.line(), error.column(), error.what(), lines_.open_text()};
          if (!on_bad_) {  // told when the values before it have been given
            mistake_ = std::move(bad);
            return {Poll::State::more, {}};
          }
          on_bad_(std::move(bad));
        }
      }
      lines_.done();
    }
    return next;
  }

  std::optional<std::string> position() const override { return lines_.position(); }
  void interrupted() override { lines_.interrupted(); }

 private:
  std::string path_;
  detail::LineQueue lines_;
  std::function<void(BadRecord)> on_bad_;
  std::optional<BadRecord> mistake_;
};

}  // namespace

std::unique_ptr<SourcePart<nlohmann::json>> JSONLinesInput::open(
    const std::string& part, const SourceContext& context) const {
  return std::make_unique<JSONLinesPart>(lines_, part, context);
}

}  // namespace tidemark
