// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace tidemark {
namespace {

class CsvPart final : public SourcePart<CsvRow> {
 public:
  CsvPart(const std::string& path, std::size_t batch_size, CsvFormat format,
          const std::optional<std::string>& resume_at)
      : file_(path),
        batch_size_(batch_size),
        csv_(format) {
    if (!file_.regular())
      throw FileError("cannot read '" + path + "' as CSV: it is not a regular file");
    while (records_.empty() && more()) {
    }
    if (records_.empty()) return;
    columns_ = std::move(records_.front().fields);
    set_position(records_.front());
    records_.pop_front();
    std::set<std::string> names;
    for (const std::string& column : columns_)
      if (!names.insert(column).second)
        fail("line 1: two columns have the name '" + column + "'; every column needs its own");
    if (!resume_at) return;
    position_ = from_bytes<Position>(*resume_at);
    file_.seek(position_.first);
    csv_ = CsvReader(format, position_.first, position_.second);
    records_.clear();
    ended_ = false;
  }

  Poll next_batch(std::vector<CsvRow>& batch) override {
    while (records_.empty() && more()) {
    }
    for (std::size_t i = 0; i != batch_size_ && !records_.empty(); ++i) {
      CsvRecord& record = records_.front();
      if (record.fields.size() != columns_.size()) {
        mistake_ = "line " + std::to_string(record.line) + ": the row has " +
                   std::to_string(record.fields.size()) + " fields, and the first line names " +
                   std::to_string(columns_.size()) + " columns";
        records_.clear();
        break;
      }
      set_position(record);
      batch.push_back(row_of(record));
      records_.pop_front();
    }
    const bool at_end = records_.empty() && ended_ && mistake_.empty();
    return {at_end ? Poll::State::end : Poll::State::more, {}};
  }

  std::optional<std::string> position() const override { return to_bytes(position_); }

 private:
  using Position = std::pair<std::uint64_t, std::uint64_t>;  // byte and line

  /// Reads a block; false at the end of the file. A mistake is told when all rows before it have
  /// been given.
  bool more() {
    if (!mistake_.empty()) fail(mistake_);
    if (ended_) return false;
    block_.clear();
    try {
      ended_ = !file_.read(block_);
      if (ended_) {
        csv_.finish(records_);
      } else {
        csv_.read(block_, records_);
      }
    } catch (const CsvError& error) {
      mistake_ = error.what();
    }
    return true;
  }

  CsvRow row_of(CsvRecord& record) const {
    CsvRow row;
    for (std::size_t c = 0; c != columns_.size(); ++c)
      row.emplace(columns_[c], std::move(record.fields[c]));
    return row;
  }

  void set_position(const CsvRecord& record) {
    const auto breaks = [](const std::string& field) {
      return static_cast<std::uint64_t>(std::ranges::count(field, '\n'));
    };
    std::uint64_t lines = 1;
    for (const std::string& field : record.fields) lines += breaks(field);
    position_ = {record.end, record.line + lines};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw FileError("cannot read '" + file_.path() + "': " + what);
  }

  FileReader file_;
  std::size_t batch_size_;
  CsvReader csv_;
  std::vector<std::string> columns_;
  std::deque<CsvRecord> records_;
  std::string block_;
  std::string mistake_;
  bool ended_ = false;
  Position position_;
};

}  // namespace

CSVInput::CSVInput(std::string path, std::size_t batch_size, CsvFormat format)
    : path_(std::move(path)),
      batch_size_(std::max<std::size_t>(1, batch_size)),
      format_(format) {}

std::unique_ptr<SourcePart<CsvRow>> CSVInput::open(const std::string& part,
                                                   const SourceContext& context) const {
  return std::make_unique<CsvPart>(part, batch_size_, format_, context.resume_at);
}

}  // namespace tidemark
