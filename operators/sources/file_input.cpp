// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>
#include <tidemark/operators/sources/line_cutter.hpp>
#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/threaded_part.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tidemark {
namespace {

/// What becomes of a line that nothing ends, in a part of `context`.
class LastLineRule {
 public:
  LastLineRule(const FileOptions& options, const SourceContext& context, bool has_position)
      : gives_(detail::gives_last(options, context, has_position)),
        tell_(context.tell) {}

  /// Whether it is given; if not, people are told.
  bool gives(const std::string& path) const {
    if (!gives_ && tell_)
      tell_("no newline ends the last line of '" + path +
            "'; it was not read, but left for a run that goes on");
    return gives_;
  }

 private:
  bool gives_;
  std::function<void(const std::string&)> tell_;
};

/// Reads in the worker's own thread: a regular file, which is never silent.
class DirectPart final : public detail::LineSourcePart {
 public:
  DirectPart(std::unique_ptr<FileReader> file, std::size_t batch_size, LastLineRule last_line)
      : file_(std::move(file)),
        batch_size_(batch_size),
        last_line_(std::move(last_line)),
        offset_(file_->offset()) {}

  Poll next_batch(std::vector<std::string>& batch) override {
    began_anew_ = offset_ == 0;
    while (next_ == lines_.size()) {
      lines_.clear();
      next_ = 0;
      if (!file_->read(lines_in_.block())) {
        if (!lines_in_.has_unfinished() || !last_line_.gives(file_->path()))
          return {Poll::State::end, {}};
        lines_in_.finish(batch);
        offset_ += batch.back().size();
        return {Poll::State::end, {}};
      }
      lines_in_.cut(lines_);
    }
    const std::size_t end = std::min(lines_.size(), next_ + batch_size_);
    for (; next_ != end; ++next_) {
      offset_ += lines_[next_].size() + 1;
      batch.push_back(std::move(lines_[next_]));
    }
    return {Poll::State::more, {}};
  }

  bool began_anew() const override { return began_anew_; }

  std::optional<std::string> position() const override {
    if (!file_->regular()) return std::nullopt;
    return to_bytes(file_->position(offset_));
  }

 private:
  std::unique_ptr<FileReader> file_;
  std::size_t batch_size_;
  LastLineRule last_line_;
  std::uint64_t offset_;  // after the last line that was given
  bool began_anew_ = false;
  detail::LineCutter lines_in_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

/// Gives the lines of a pipe as they come.
void read_pipe(FileReader& file, const LastLineRule& last_line, detail::LinesAhead& ahead) {
  detail::LineCutter cutter;
  std::vector<std::string> lines;
  while ((file.is_at_hand() || ahead.wait_for(file.descriptor())) && file.read(cutter.block())) {
    cutter.cut(lines);
    ahead.set_unfinished(cutter.has_unfinished());
    ahead.give(lines, std::nullopt);
  }
  if (ahead.stopped()) return;
  if (cutter.has_unfinished() && last_line.gives(file.path())) cutter.finish(lines);
  ahead.set_unfinished(false);
  ahead.give(lines, std::nullopt);
}

}  // namespace

bool detail::gives_last(const FileOptions& options, const SourceContext& context,
                        bool has_position) {
  return options.last_line == LastLine::given ||
         (options.last_line == LastLine::automatic && !(context.is_saved && has_position));
}

std::unique_ptr<FileReader> detail::open_at(const std::string& path,
                                            const std::optional<std::string>& position,
                                            const FileOptions& options) {
  auto file = std::make_unique<FileReader>(path, options.follow);
  if (!position) return file;
  const FilePosition at = position_of<FilePosition>(path, *position);
  const std::string objection = file->go_on(at);
  if (objection.empty()) return file;
  if (options.rotated == Rotated::restart) {
    file->begin_anew();
    return file;
  }
  throw FileError("cannot read '" + path + "' on at byte " + std::to_string(at.offset) +
                  ", where an earlier run ended: " + objection +
                  "; bring the old file back, or read the new one from its beginning "
                  "(Rotated::restart), without what the old one has got since");
}

FileInput::FileInput(std::string path, std::size_t batch_size)
    : FileInput(std::move(path), FileOptions{.batch_size = batch_size}) {}

FileInput::FileInput(std::string path, const FileOptions& options)
    : path_(std::move(path)),
      options_(options) {
  options_.batch_size = std::max<std::size_t>(1, options.batch_size);
}

std::unique_ptr<SourcePart<std::string>> FileInput::open(const std::string& part,
                                                         const SourceContext& context) const {
  return detail::open_lines(part, options_, context);
}

std::unique_ptr<detail::LineSourcePart> detail::open_lines(const std::string& part,
                                                           const FileOptions& options,
                                                           const SourceContext& context) {
  if (options.follow) return follow_file(part, options, context);
  auto file = std::make_unique<FileReader>(part);
  if (context.resume_at && !file->regular())
    throw FileError("cannot read '" + part +
                    "' on where an earlier run ended, in a regular file: it is none now, and what "
                    "that run has read cannot be told from the rest; give the file, or begin with "
                    "an empty store");
  LastLineRule last_line(options, context, file->regular());
  if (context.resume_at) file = open_at(part, context.resume_at, options);
  if (context.may_block && !file->regular()) file->wait();
  if (file->regular() || context.may_block)
    return std::make_unique<DirectPart>(std::move(file), options.batch_size, std::move(last_line));
  return std::make_unique<ThreadedPart>(
      part, context.wake, std::nullopt,
      [file = std::shared_ptr(std::move(file)), last_line](LinesAhead& ahead) {
        read_pipe(*file, last_line, ahead);
      },
      context.tell);
}

}  // namespace tidemark
