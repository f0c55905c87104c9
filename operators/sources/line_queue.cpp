// SPDX-License-Identifier: MIT
#include <tidemark/operators/sources/line_queue.hpp>

#include <tuple>
#include <utility>

namespace tidemark::detail {
namespace {

struct Position {
  std::string lines;              // of the part
  std::uint64_t line = 0;         // before `open`
  std::vector<std::string> open;  // that the part has given, and the parser is not done with
  static auto fields(auto& self) { return std::tie(self.lines, self.line, self.open); }
};

}  // namespace

LineQueue::LineQueue(const FileInput& source, const std::string& part,
                     const SourceContext& context) {
  SourceContext inner = context;
  if (context.resume_at) {
    auto [lines, line, open] = position_of<Position>(part, *context.resume_at);
    inner.resume_at = std::move(lines);
    line_ = line;
    texts_ = std::move(open);
    is_restored_ = !texts_.empty();
  }
  lines_ = detail::open_lines(part, source.options(), inner);
}

Poll LineQueue::read() {
  texts_.erase(texts_.begin(), texts_.begin() + static_cast<std::ptrdiff_t>(done_));
  line_ += done_;
  taken_ -= done_;
  done_ = 0;
  // By themselves, as the lines that follow may be another file's.
  if (std::exchange(is_restored_, false)) return {Poll::State::more, {}};
  const Poll next = lines_->next_batch(texts_);
  if (lines_->began_anew()) line_ = 0;
  return next;
}

std::string LineQueue::open_text() const {
  std::string text;
  for (std::size_t i = done_; i != taken_ && text.size() <= BadRecord::longest_text; ++i)
    text.append(i == done_ ? "" : "\n").append(texts_[i]);
  return text;
}

std::optional<std::string> LineQueue::position() const {
  std::optional<std::string> lines = lines_->position();
  if (!lines) return std::nullopt;
  return to_bytes(Position{*std::move(lines),
                           line_ + done_,
                           {texts_.begin() + static_cast<std::ptrdiff_t>(done_), texts_.end()}});
}

}  // namespace tidemark::detail
