// SPDX-License-Identifier: MIT
#include <tidemark/operators/sources/csv_reader.hpp>

#include <utility>

namespace tidemark {

void CsvReader::read(std::string_view block, std::deque<CsvRecord>& records) {
  if (offset_ != 0) return take_all(block, records);
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  head_ += block;
  if (head_.size() < mark.size() && mark.starts_with(head_)) return;
  const std::string head = std::exchange(head_, {});
  if (head.starts_with(mark)) offset_ = mark.size();
  take_all(std::string_view(head).substr(static_cast<std::size_t>(offset_)), records);
}

void CsvReader::take_all(std::string_view text, std::deque<CsvRecord>& records) {
  for (const char c : text) {
    ++offset_;
    take(c, records);
    if (c == '\n') {
      at_ = {at_.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++at_.column;
    }
  }
}

void CsvReader::take(char c, std::deque<CsvRecord>& records) {
  const bool is_break = c == '\n' || c == '\r';
  if (state_ == State::carriage_return) {
    if (c != '\n') fail(at_, "a carriage return that no line feed follows; quote the field");
    return end_record(records);
  }
  if (state_ == State::quoted) {
    if (c == format_.quote) {
      state_ = State::quote;
    } else {
      field_ += c;
    }
    return;
  }
  if (state_ == State::record) {
    if (is_break) {  // an empty line
      if (c == '\r') state_ = State::carriage_return;
      return;
    }
    record_.line = at_.line;
    state_ = State::field;
  }
  if (c == format_.quote) {
    if (state_ == State::plain)
      fail(at_, "a quote inside a field that is not quoted; quote the field, and double the quote");
    if (state_ == State::quote) field_ += c;
    if (state_ == State::field) opened_ = at_;
    state_ = State::quoted;
  } else if (c == format_.delimiter) {
    end_field();
    state_ = State::field;
  } else if (is_break) {
    end_field();
    state_ = State::carriage_return;
    if (c == '\n') end_record(records);
  } else if (state_ == State::quote) {
    fail(at_, std::string("'") + c +
                  "' after the quote that ends a field; a delimiter or the end "
                  "of the line must follow it");
  } else {
    field_ += c;
    state_ = State::plain;
  }
}

void CsvReader::end_field() {
  record_.fields.push_back(std::exchange(field_, {}));
}

void CsvReader::end_record(std::deque<CsvRecord>& records) {
  state_ = State::record;
  if (record_.fields.empty()) return;
  record_.end = offset_;
  records.push_back(std::exchange(record_, {}));
}

void CsvReader::finish(std::deque<CsvRecord>& records) {
  take_all(std::exchange(head_, {}), records);
  if (state_ == State::record) return;
  if (state_ == State::quoted)
    fail(opened_, "a quote opens a field here, and no quote ends it before the end of the file");
  if (state_ != State::carriage_return) end_field();
  end_record(records);
}

void CsvReader::fail(Place place, const std::string& what) {
  throw CsvError("line " + std::to_string(place.line) + ", column " + std::to_string(place.column) +
                 ": " + what);
}

}  // namespace tidemark
