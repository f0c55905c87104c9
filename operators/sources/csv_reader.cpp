// SPDX-License-Identifier: MIT
#include <tidemark/operators/sources/csv_reader.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemark {

CsvReader::CsvReader(CsvFormat format, std::uint64_t line) : format_(format), at_({line, 1}) {
  require_format(format);
  for (const char c : {format.delimiter, format.quote, '\n', '\r'})
    ends_plain_[static_cast<unsigned char>(c)] = true;
}

void CsvReader::read(std::string_view block, std::deque<CsvRecord>& records) {
  if (block.empty()) return;
  const char* at = block.data();
  const char* const end = at + block.size();
  counted_ = at;
  while (at != end) {
    if (state_ == State::quoted) at = read_quoted(at, end);
    if (state_ == State::field || state_ == State::plain) at = read_plain(at, end);
    if (at == end) break;
    take(at, records);
    if (*at == '\n') pass_line_break(at);
    ++at;
  }
  at_ = place_of(end);
}

/// Takes what stands before the next quote, or before `end`.
const char* CsvReader::read_quoted(const char* at, const char* end) {
  const void* quote = std::memchr(at, format_.quote, static_cast<std::size_t>(end - at));
  const char* const until = quote == nullptr ? end : static_cast<const char*>(quote);
  field_.append(at, until);
  if (field_.size() > format_.longest_field)
    fail(opened_, "a quote opens a field here, and no quote ends it within " +
                      std::to_string(format_.longest_field) + " bytes");
  for (; (at = std::find(at, until, '\n')) != until; ++at) pass_line_break(at);
  return until;
}

/// Takes what means nothing else.
const char* CsvReader::read_plain(const char* at, const char* end) {
  const char* until = at;
  while (until != end && !ends_plain_[static_cast<unsigned char>(*until)]) ++until;
  if (until == at) return at;
  field_.append(at, until);
  state_ = State::plain;
  return until;
}

void CsvReader::take(const char* at, std::deque<CsvRecord>& records) {
  const char c = *at;
  const bool is_break = c == '\n' || c == '\r';
  if (state_ == State::carriage_return) {
    if (c != '\n')
      fail(place_of(at), "a carriage return that no line feed follows; quote the field");
    return end_record(records);
  }
  if (state_ == State::quoted) {  // and this is a quote
    state_ = State::quote;
    return;
  }
  if (state_ == State::record) {
    if (is_break) {  // an empty line
      if (c == '\r') state_ = State::carriage_return;
      return;
    }
    record_.line = at_.line;
    record_.fields.reserve(last_size_);
    state_ = State::field;
  }
  if (c == format_.quote) {
    if (state_ == State::plain)
      fail(place_of(at),
           "a quote inside a field that is not quoted; quote the field, and double the quote");
    if (state_ == State::quote) field_ += c;
    if (state_ == State::field) opened_ = place_of(at);
    state_ = State::quoted;
  } else if (c == format_.delimiter) {
    end_field();
    state_ = State::field;
  } else if (is_break) {
    end_field();
    state_ = State::carriage_return;
    if (c == '\n') end_record(records);
  } else if (state_ == State::quote) {
    fail(place_of(at), std::string("'") + c +
                           "' after the quote that ends a field; a delimiter or the end "
                           "of the line must follow it");
  } else {
    field_ += c;
    state_ = State::plain;
  }
}

void CsvReader::pass_line_break(const char* at) {
  at_ = {at_.line + 1, 1};
  counted_ = at + 1;
}

/// Where a character of the block stands, which is behind those that this was asked of before.
CsvReader::Place CsvReader::place_of(const char* at) {
  at_.column += static_cast<std::uint64_t>(std::count_if(
      counted_, at, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  counted_ = at;
  return at_;
}

void CsvReader::end_field() {
  record_.fields.push_back(std::exchange(field_, {}));
}

void CsvReader::end_record(std::deque<CsvRecord>& records) {
  state_ = State::record;
  if (record_.fields.empty()) return;
  last_size_ = record_.fields.size();
  records.push_back(std::exchange(record_, {}));
}

void CsvReader::finish(std::deque<CsvRecord>& records) {
  if (state_ == State::record) return;
  if (state_ == State::quoted)
    fail(opened_, "a quote opens a field here, and no quote ends it before the end of the file");
  if (state_ != State::carriage_return) end_field();
  end_record(records);
}

void CsvReader::fail(Place place, const std::string& what) {
  throw CsvError(place.line, place.column, what);
}

}  // namespace tidemark
