// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/line_queue.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

using Columns = std::vector<std::string>;
using Position = std::pair<std::string, Columns>;  // of the lines; none before the header is read

class CsvPart final : public SourcePart<CsvRow> {
 public:
  CsvPart(const FileInput& source, const std::string& path, CsvFormat format,
          const SourceContext& context, Position position)
      : path_(path),
        format_(format),
        lines_(source, path, context),
        csv_(format, lines_.line() + 1),
        batch_size_(source.options().batch_size),
        on_bad_(context.on_bad),
        gives_last_(detail::gives_last(source.options(), context, lines_.position().has_value())),
        tell_(context.tell) {
    if (!position.second.empty()) set_columns(std::move(position.second));
  }

  Poll next_batch(std::vector<CsvRow>& batch) override {
    left_ = batch_size_;
    while (true) {
      if (!mistake_.empty()) throw FileError("cannot read '" + path_ + "': " + mistake_);
      const std::uint64_t line = lines_.line();
      const bool reads = !lines_.has_more() && next_.state != Poll::State::end;
      if (reads) next_ = lines_.read();
      Poll next = read_lines(batch);
      // Lines may have come since they were read that there were.
      if (!reads && next.state == Poll::State::wait) next = {Poll::State::more, {}};
      // Within a long record there is more at once.
      if (next.state != Poll::State::more || left_ != batch_size_ || lines_.open_lines() == 0 ||
          lines_.line() == line)
        return next;
    }
  }

  std::optional<std::string> position() const override {
    std::optional<std::string> lines = lines_.position();
    if (!lines) return std::nullopt;
    return to_bytes(Position(*std::move(lines), columns_));
  }

  void interrupted() override {
    lines_.interrupted();
    if (tell_ && lines_.open_lines() != 0)
      tell_("the run was interrupted within the record of line " +
            std::to_string(lines_.line() + 1 - lines_.open_lines()) + " of '" + path_ +
            "', whose quote is open; it was left out");
  }

 private:
  /// Reads what is there, up to the size of a batch. After a mistake that is to end the run, the
  /// lines stay that it is in.
  Poll read_lines(std::vector<CsvRow>& batch) {
    while (mistake_.empty() && left_ != 0) {
      try {
        const std::string* line = lines_.take();
        if (line == nullptr) {
          if (next_.state == Poll::State::end && !csv_.between_records()) end_open_record();
          return next_;
        }
        csv_.read(*line, records_);
        csv_.read("\n", records_);
        if (csv_.between_records()) end_record(batch);
      } catch (const CsvError& error) {
        pass_over(error);
      }
    }
    if (!mistake_.empty()) lines_.take_again();
    return {Poll::State::more, {}};
  }

  /// The lines end within a record: a quote is open, which its writer may close later.
  void end_open_record() {
    if (gives_last_) return csv_.finish(records_);
    const std::uint64_t line = lines_.line() + 1 - lines_.open_lines();
    lines_.take_again();
    if (tell_)
      tell_("a quote is open at the end of '" + path_ + "', in the record of line " +
            std::to_string(line) + "; it was not read, but left for a run that goes on");
  }

  /// The lines that have been taken are a record, or empty.
  void end_record(std::vector<CsvRow>& batch) {
    if (!records_.empty()) {
      CsvRecord& record = records_.front();
      if (columns_.empty()) {
        name_columns(record);
      } else if (record.fields.size() == columns_.size()) {
        batch.push_back(row_of(record));
        --left_;
      } else {
        std::string reason = "the row has " + std::to_string(record.fields.size()) +
                             " fields, and the first line names " +
                             std::to_string(columns_.size()) + " columns";
        if (on_bad_) {
          on_bad_({path_, record.line, 0, std::move(reason), lines_.open_text()});
          --left_;
        } else {
          mistake_ = "line " + std::to_string(record.line) + ": " + reason;
        }
      }
      records_.clear();
    }
    if (mistake_.empty()) lines_.done();
  }

  /// Goes on behind the first line of a record that is none.
  void pass_over(const CsvError& error) {
    if (!on_bad_ || columns_.empty()) {
      mistake_ = error.what();
      return;
    }
    lines_.take_again();
    const std::string& first = *lines_.take();
    const bool is_there = error.line() == lines_.line();
    on_bad_({path_, lines_.line(), is_there ? error.column() : 0,
             is_there ? error.reason() : error.what(), first});
    --left_;
    lines_.done();
    records_.clear();
    csv_ = CsvReader(format_, lines_.line() + 1);
  }

  void name_columns(CsvRecord& header) {
    for (const std::string& name : header.fields)
      if (name.find('\0') != std::string::npos) {
        mistake_ = "line " + std::to_string(header.line) +
                   ": a column's name has a byte that is 0; is it text in UTF-16? convert it to "
                   "UTF-8 first, e.g. by `iconv -f UTF-16LE -t UTF-8 FILE | ...`";
        return;
      }
    Columns names = header.fields;
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) {
      mistake_ = "line " + std::to_string(header.line) + ": two columns have the name '" + *twice +
                 "'; every column needs its own";
      return;
    }
    set_columns(std::move(header.fields));
  }

  void set_columns(Columns columns) {
    columns_ = std::move(columns);
    by_name_.resize(columns_.size());
    std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
    std::ranges::sort(by_name_, {}, [this](std::size_t c) -> auto& { return columns_[c]; });
  }

  CsvRow row_of(CsvRecord& record) const {
    CsvRow row;
    for (const std::size_t c : by_name_)
      row.emplace_hint(row.end(), columns_[c], std::move(record.fields[c]));
    return row;
  }

  std::string path_;
  CsvFormat format_;
  detail::LineQueue lines_;
  CsvReader csv_;
  std::size_t batch_size_;
  std::size_t left_ = 0;  // of the batch
  Poll next_;             // when the lines have been read that are there
  std::function<void(BadRecord)> on_bad_;
  bool gives_last_;
  std::function<void(const std::string&)> tell_;
  Columns columns_;                   // none before the header is read
  std::vector<std::size_t> by_name_;  // the columns in the order of a row
  std::deque<CsvRecord> records_;     // at most one
  std::string mistake_;               // to be told at the next poll
};

}  // namespace

CSVInput::CSVInput(const std::string& path, const FileOptions& options, CsvFormat format)
    : lines_(path, options),
      format_(format) {
  require_format(format);
  if (options.follow || options.rotated != Rotated::fail)
    throw ConfigError(
        "CSVInput '" + path +
        "' cannot follow its file, or begin with another: that would name its columns "
        "again, in the middle of the rows; follow JSON lines, or use FileInput");
}

std::unique_ptr<SourcePart<CsvRow>> CSVInput::open(const std::string& part,
                                                   const SourceContext& context) const {
  SourceContext inner = context;
  Position position;
  if (context.resume_at) {
    position = detail::position_of<Position>(part, *context.resume_at);
    inner.resume_at = position.first;
  }
  return std::make_unique<CsvPart>(lines_, part, format_, inner, std::move(position));
}

}  // namespace tidemark
