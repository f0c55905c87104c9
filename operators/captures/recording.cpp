// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/captures/recording.hpp>
#include <tidemark/operators/file_error.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace tidemark::detail {
namespace {

constexpr std::string_view magic = "tidemark capture 1\n";
constexpr std::uint32_t byte_order = 0x01020304;
constexpr std::size_t frame_header = 16;

template <typename Number>
Number number_of(const std::string& bytes, std::size_t at = 0) {
  ByteReader from(std::string_view(bytes).substr(at));
  return Codec<Number>::read(from);
}

}  // namespace

Recording::Recording(std::string path, std::string signature, std::uint32_t parts)
    : path_(std::move(path)),
      signature_(std::move(signature)),
      parts_(parts) {}

bool Recording::join(std::uint32_t part, std::uint32_t parts) {
  const std::lock_guard lock(mutex_);
  if (over_ || parts != parts_.size() || parts_[part] != State::free) return false;
  parts_[part] = State::joined;
  return true;
}

void Recording::write(std::uint32_t part, FrameKind kind, std::string_view payload) {
  const std::lock_guard lock(mutex_);
  parts_[part] = State::begun;
  add_frame(part, kind, payload);
}

void Recording::end(std::uint32_t part) {
  const std::lock_guard lock(mutex_);
  add_frame(part, FrameKind::end, {});
  parts_[part] = State::ended;
  if (over_ || !std::ranges::all_of(parts_, [](State s) { return s == State::ended; })) return;
  file_->commit();
  file_.reset();
  over_ = true;
}

void Recording::leave(std::uint32_t part) noexcept {
  const std::lock_guard lock(mutex_);
  if (parts_[part] == State::joined) parts_[part] = State::free;
  if (parts_[part] != State::begun) return;
  file_.reset();
  over_ = true;
}

void Recording::add_frame(std::uint32_t part, FrameKind kind, std::string_view payload) {
  if (over_) return;  // the run has failed, and this part does not know yet
  std::string header;
  if (!file_) {
    file_.emplace(path_);
    header = magic;
    Codec<std::uint32_t>::write(header, byte_order);
    Codec<std::uint32_t>::write(header, static_cast<std::uint32_t>(parts_.size()));
    Codec<std::string>::write(header, signature_);
  }
  Codec<std::uint32_t>::write(header, part);
  Codec<std::uint32_t>::write(header, static_cast<std::uint32_t>(kind));
  Codec<std::uint64_t>::write(header, payload.size());
  file_->write(header);
  file_->write(payload);
}

RecordingReader::RecordingReader(std::string path, const std::string& signature)
    : path_(std::move(path)),
      file_(std::fopen(path_.c_str(), "rbe")) {
  struct stat status {};
  if (!file_ || ::fstat(::fileno(file_.get()), &status) != 0)
    throw_file_error("replay", path_, errno);
  if (S_ISDIR(status.st_mode)) throw_file_error("replay", path_, EISDIR);
  size_ = static_cast<std::uint64_t>(status.st_size);

  if (size_ < magic.size() || take(magic.size(), "the header") != magic)
    refuse(0, "it is not a capture");
  const std::uint64_t order_at = at_;
  if (number_of<std::uint32_t>(take(4, "the header")) != byte_order)
    refuse(order_at, "it was captured on a machine with another byte order");
  const std::uint64_t parts_at = at_;
  parts_ = number_of<std::uint32_t>(take(4, "the header"));
  if (parts_ == 0) refuse(parts_at, "a capture has a part at least");
  if (parts_ > size_ / frame_header)  // each says in a frame that it has ended
    refuse(parts_at, "it is truncated: " + std::to_string(parts_) +
                         " parts should follow, and there are " + std::to_string(size_ - at_) +
                         " bytes");
  const std::uint64_t signature_at = at_;
  const std::string kept = take(number_of<std::uint64_t>(take(8, "the header")), "the header");
  if (kept != signature)
    refuse(signature_at, "it holds timestamps and records of the form '" + kept +
                             "', and those asked for have the form '" + signature + "'");
}

FrameKind RecordingReader::next(std::uint32_t part, std::string& payload) {
  while (true) {
    frame_ = at_;
    const std::string header = take(frame_header, "a frame");
    const auto whose = number_of<std::uint32_t>(header);
    const auto kind = number_of<std::uint32_t>(header, 4);
    const auto length = number_of<std::uint64_t>(header, 8);
    if (whose >= parts_ || kind > static_cast<std::uint32_t>(FrameKind::end))
      refuse(frame_, "this is no frame of a capture");
    if (whose == part) {
      payload = take(length, "a frame");
      return static_cast<FrameKind>(kind);
    }
    if (length > size_ - at_) take(length, "a frame");
    if (::fseeko(file_.get(), static_cast<off_t>(length), SEEK_CUR) != 0)
      throw_file_error("replay", path_, errno);
    at_ += length;
  }
}

void RecordingReader::refuse(std::uint64_t offset, const std::string& what) const {
  throw FileError("cannot replay '" + path_ + "': at offset " + std::to_string(offset) + ": " +
                  what);
}

std::string RecordingReader::take(std::uint64_t size, const char* what) {
  if (size > size_ - at_)
    refuse(at_, "it is truncated: " + std::to_string(size) + " more bytes of " + what +
                    " should follow, and " + std::to_string(size_ - at_) + " do");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (std::fread(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    if (std::ferror(file_.get()) != 0) throw_file_error("replay", path_, errno);
    refuse(at_, "it has become shorter while it was read");
  }
  at_ += size;
  return bytes;
}

}  // namespace tidemark::detail
