// SPDX-License-Identifier: MIT
#include <tidemark/core/hash.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/decompressor.hpp>
#include <tidemark/operators/sources/file_reader.hpp>
#include <tidemark/operators/sources/open_file.hpp>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <utility>

namespace tidemark {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t block_size = std::size_t{256} * 1024;
constexpr std::size_t smallest_block = 4096;
constexpr std::size_t head_size = 4096;

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF"sv;

/// A byte order mark of text that is not UTF-8.
struct Mark {
  std::string_view bytes;
  std::string_view encoding;
};
constexpr Mark other_marks[] = {
    // what begins as another comes first
    {"\xFF\xFE\0\0"sv, "UTF-32"},
    {"\0\0\xFE\xFF"sv, "UTF-32"},
    {"\xFF\xFE"sv, "UTF-16"},
    {"\xFE\xFF"sv, "UTF-16"},
};

/// Whether text begins as ASCII in UTF-16 does, which has no mark.
std::string_view utf16_of(std::string_view start) {
  start = start.substr(0, 16);
  if (start.size() < 8) return "";
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i != start.size(); ++i) {
    if (static_cast<unsigned char>(start[i]) > 0x7F) return "";
    zeros[i % 2] += start[i] == '\0' ? 1 : 0;
  }
  if (zeros[0] == 0 && zeros[1] == start.size() / 2) return "UTF-16LE";
  return zeros[1] == 0 && zeros[0] == (start.size() + 1) / 2 ? "UTF-16BE" : "";
}

bool may_become(std::string_view start, std::string_view mark) {
  return start.size() < mark.size() && mark.starts_with(start);
}

bool may_have_a_mark(std::string_view start) {
  return may_become(start, utf8_mark) || std::ranges::any_of(other_marks, [&](const Mark& mark) {
           return may_become(start, mark.bytes);
         });
}

}  // namespace

FileReader::FileReader(std::string path, bool grows)
    : file_(std::make_unique<detail::OpenFile>(
          std::move(path),
          grows ? detail::OpenFile::Closing::never : detail::OpenFile::Closing::allowed)),
      grows_(grows) {}

FileReader::~FileReader() = default;

const std::string& FileReader::path() const {
  return file_->path();
}

bool FileReader::regular() const {
  return file_->regular();
}

int FileReader::descriptor() const {
  return file_->descriptor();
}

void FileReader::wait() const {
  pollfd descriptor{file_->descriptor(), POLLIN, 0};
  while (::poll(&descriptor, 1, -1) < 0 && errno == EINTR) {
  }
}

bool FileReader::is_at_hand() const {
  return !ahead_.empty() || decompressed_ != compressed_.size() ||
         (decompressor_ && decompressor_->full());
}

bool FileReader::read(std::string& to) {
  const std::size_t before = to.size();
  if (!ahead_.empty()) {
    to += std::exchange(ahead_, {});
  } else {
    if (!read_text(to)) return false;
    remember_head(to, before);
  }
  offset_ += to.size() - before;
  return true;
}

/// A block as it is in the file.
bool FileReader::read_file(std::string& to) {
  if (ended_) return false;
  std::size_t size = block_size;
  if (regular()) {  // small blocks for small files, of which there may be many
    if (file_offset_ >= told_size_) told_size_ = std::max(told_size_, file_->size());
    const std::uint64_t left = told_size_ - std::min(told_size_, file_offset_);
    size = std::clamp(static_cast<std::size_t>(std::min<std::uint64_t>(left, block_size)),
                      smallest_block, block_size);
  }
  const std::size_t before = to.size();
  to.resize(before + size);
  const std::size_t got = file_->read(to.data() + before, size, file_offset_);
  to.resize(before + got);
  file_offset_ += got;
  ended_ = got == 0 && !regular();
  if (got == 0 && !grows_ && has_shrunk())
    throw FileError("cannot read " + quoted_path() + ": it shrank while it was being read; " +
                    std::to_string(file_offset_) + " bytes have been read, and it has " +
                    std::to_string(file_->size()) + " now");
  return got != 0;
}

/// A file whose size is told as 0, or as that of a page, may have more: the kernel makes it up.
bool FileReader::has_shrunk() const {
  return regular() && file_->size() < told_size_;
}

bool FileReader::has_its_name() const {
  return file_->has_its_name();
}

/// A block of what is in the file, whether or not that is compressed.
bool FileReader::read_content(std::string& to) {
  if (!is_known_) {
    const bool more = read_file(start_);
    if ((more || grows_) && detail::may_be_compressed(start_)) return more;
    decompressor_ = detail::decompressor_of(start_, path());
    if (decompressor_ && grows_)
      throw FileError("cannot follow " + quoted_path() +
                      ": it is compressed, and what is appended to it could not be understood");
    is_known_ = true;
    if (!decompressor_) {
      to += std::exchange(start_, {});
      return more || !to.empty();
    }
    compressed_ = std::exchange(start_, {});
  } else if (!decompressor_) {
    return read_file(to);
  } else if (decompressed_ == compressed_.size() && !decompressor_->full()) {
    compressed_.clear();
    decompressed_ = 0;
    if (!read_file(compressed_)) {
      decompressor_->finish();
      return false;
    }
  }
  decompressed_ +=
      decompressor_->decompress(std::string_view(compressed_).substr(decompressed_), to);
  return true;
}

/// A block of the text, without the mark that may stand before it.
bool FileReader::read_text(std::string& to) {
  if (has_begun_) return read_content(to);
  const bool more = read_content(first_);
  if ((more || grows_) && may_have_a_mark(first_)) return more;
  std::string_view other;
  for (const auto& [bytes, encoding] : other_marks)
    if (other.empty() && first_.starts_with(bytes)) other = encoding;
  // What the kernel makes up (size 0) may be words of one letter, each with a zero.
  if (other.empty() && !(regular() && file_->size() == 0)) other = utf16_of(first_);
  if (!other.empty())
    throw FileError("cannot read " + quoted_path() + ": it is text in " + std::string(other) +
                    "; convert it to UTF-8 first, e.g. by `iconv -f " + std::string(other) +
                    " -t UTF-8 FILE | ...` into standard input");
  has_begun_ = true;
  if (first_.starts_with(utf8_mark)) mark_ = utf8_mark.size();
  const std::size_t before = to.size();
  to.append(first_, mark_);
  first_ = {};
  return more || to.size() != before;
}

void FileReader::remember_head(const std::string& text, std::size_t from) {
  if (head_.size() == head_size || offset_ > head_.size()) return;
  const std::size_t known = from + (head_.size() - static_cast<std::size_t>(offset_));
  if (known < text.size()) head_.append(text, known, head_size - head_.size());
}

FilePosition FileReader::position(std::uint64_t offset) const {
  const std::string_view head = head_;
  return {offset, detail::hash_bytes(head.substr(
                      0, static_cast<std::size_t>(std::min<std::uint64_t>(offset, head_size))))};
}

std::string FileReader::go_on(const FilePosition& position) {
  const std::uint64_t head = std::min<std::uint64_t>(position.offset, head_size);
  const bool is_long_enough = skip_to(head);
  if (is_long_enough && this->position(position.offset).head != position.head)
    return "it begins otherwise than the file that was read then";
  if (!is_long_enough || !skip_to(position.offset))
    return "it has " + std::to_string(offset_) + " bytes";
  return "";
}

void FileReader::seek(std::uint64_t offset) {
  if (!skip_to(offset))
    throw FileError("cannot read " + quoted_path() + " on at byte " + std::to_string(offset) +
                    ", where an earlier run ended: it has " + std::to_string(offset_) + " bytes");
}

/// Goes on at byte `offset`; false, at the end, if there is none before it.
bool FileReader::skip_to(std::uint64_t offset) {
  if (offset < offset_) begin_anew();
  const auto reach = [&](std::uint64_t end) {
    std::string text;
    while (offset_ < end || !has_begun_) {
      text.clear();
      if (!read(text)) return offset_ >= end;
    }
    if (offset_ > end) ahead_ = text.substr(text.size() - static_cast<std::size_t>(offset_ - end));
    offset_ = end;
    return true;
  };
  if (!reach(std::min<std::uint64_t>(offset, head_size))) return false;
  if (offset_ == offset || decompressor_ || !regular()) return reach(offset);
  char last = 0;
  if (file_->read(&last, 1, mark_ + offset - 1) == 0) {
    offset_ = file_->size() - std::min<std::uint64_t>(file_->size(), mark_);
    return false;
  }
  ahead_.clear();
  file_offset_ = mark_ + offset;
  offset_ = offset;
  return true;
}

void FileReader::begin_anew() {
  file_offset_ = offset_ = 0;
  is_known_ = has_begun_ = false;
  decompressor_.reset();
  for (std::string* text : {&start_, &compressed_, &first_, &ahead_}) text->clear();
  decompressed_ = mark_ = 0;
}

void FileReader::stop_growing() {
  grows_ = false;
  told_size_ = 0;
}

std::string FileReader::quoted_path() const {
  return path() == "-" ? "standard input" : "'" + path() + "'";
}

}  // namespace tidemark
