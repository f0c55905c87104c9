// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/decompressor.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace tidemark::detail {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t block_size = std::size_t{256} * 1024;

/// How a file begins that a program has compressed.
struct Magic {
  std::string_view bytes;
  std::string_view program;
  std::string_view to_text;  // the command that does it
};

// Long enough that no text begins so. "?" is any character.
constexpr Magic magics[] = {
    {"\x1F\x8B"sv, "gzip", ""},
    {"\x28\xB5\x2F\xFD"sv, "zstd", ""},
    {"?\x2A\x4D\x18"sv, "zstd", ""},  // a frame to skip, which may come first
    {"\xFD"
     "7zXZ\0"sv,
     "xz", "xz -dc"},
    {"BZh?1AY&SY"sv, "bzip2", "bzip2 -dc"},
    {"BZh?\x17rE8P\x90"sv, "bzip2", "bzip2 -dc"},  // of nothing
    {"\x04\x22\x4D\x18"sv, "lz4", "lz4 -dc"},
    {"PK\x03\x04"sv, "zip", "unzip -p"},
    {"PK\x05\x06"sv, "zip", "unzip -p"},
    {"\x1F\x9D"sv, "compress", "gzip -dc"},
    {"\x1F\xA0"sv, "compress", "gzip -dc"},
    {"LZIP\x01"sv, "lzip", "lzip -dc"},
    {"\x89LZO\0\r\n\x1A\n"sv, "lzop", "lzop -dc"},
    {"7z\xBC\xAF\x27\x1C"sv, "7-Zip", "7z x -so"},
    {"Rar!\x1A\x07"sv, "RAR", "unrar p -inul"},
    {"\xFF\x06\0\0sNaPpY"sv, "snappy", "snzip -dc"},
};

/// Whether the first bytes of both, as many as both have, are the same.
bool agree(std::string_view start, const Magic& magic) {
  const std::size_t size = std::min(start.size(), magic.bytes.size());
  for (std::size_t i = 0; i != size; ++i)
    if (start[i] != magic.bytes[i] && magic.bytes[i] != '?') return false;
  // The first byte of a frame to skip is one of sixteen.
  return magic.bytes[0] != '?' || start.empty() ||
         (static_cast<unsigned char>(start[0]) & 0xF0) == 0x50;
}

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw FileError("cannot read '" + path + "': " + what);
}

/// What both have in common: an error waits until the text before it has been given.
class Frames : public Decompressor {
 public:
  Frames(const std::string& path, std::string program)
      : path_(path),
        program_(std::move(program)) {}

  std::size_t decompress(std::string_view from, std::string& to) final {
    if (!damage_.empty()) fail(path_, damage_);
    const std::size_t before = to.size();
    to.resize(before + block_size);
    std::size_t used = 0, made = 0;
    const std::string what = run(from, used, to.data() + before, block_size, made);
    to.resize(before + made);
    read_ += used;
    full_ = made == block_size && !complete_;
    if (what.empty()) return used;
    damage_ = refusal_.empty() ? "its " + program_ + " data is damaged at byte " +
                                     std::to_string(read_) + ": " + what
                               : refusal_;
    full_ = true;
    if (made == 0) fail(path_, damage_);
    return used;
  }

  bool full() const final { return full_; }

  void finish() const final {
    if (!damage_.empty()) fail(path_, damage_);
    if (!complete_)
      fail(path_, "its " + program_ + " data ends in the middle, at byte " + std::to_string(read_) +
                      "; was it copied or written whole?");
  }

 protected:
  /// Goes on until one of both is used up. Returns what is wrong, or nothing.
  virtual std::string run(std::string_view from, std::size_t& used, char* to, std::size_t size,
                          std::size_t& made) = 0;

  /// Says of what follows whole texts that it begins no other, which may be said again.
  std::string refuse_rest() {
    const std::string bytes = std::to_string(whole_);
    refusal_ = "behind its " + program_ +
               " data, which is whole and was read to its last newline, follows from byte " +
               bytes + " on what is none; if that does not belong there, leave it out, e.g. by " +
               "`head -c " + bytes + " FILE | ...` into standard input";
    return refusal_;
  }

  bool complete_ = false;    // a compressed text has ended, and no other has begun
  std::uint64_t read_ = 0;   // bytes, before this run
  std::uint64_t whole_ = 0;  // bytes, to the end of the last text that has ended
  std::string refusal_;      // why what is wrong is no damage, and what to do

 private:
  std::string path_;
  std::string program_;
  std::string damage_;
  bool full_ = false;
};

class Gzip final : public Frames {
 public:
  explicit Gzip(const std::string& path) : Frames(path, "gzip") {
    if (::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override { ::inflateEnd(&stream_); }

 private:
  std::string run(std::string_view from, std::size_t& used, char* to, std::size_t size,
                  std::size_t& made) override {
    // A block is at most 256 KiB, and so never more than zlib's counters can hold.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
    stream_.avail_in = static_cast<uInt>(from.size());
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    std::string what;
    for (int status = Z_OK; what.empty() && status != Z_BUF_ERROR && stream_.avail_out != 0;) {
      if (complete_) {
        for (; stream_.avail_in != 0 && *stream_.next_in == 0; ++stream_.next_in)  // padding
          --stream_.avail_in;
        whole_ = read_ + from.size() - stream_.avail_in;
        if (stream_.avail_in == 0) break;
        if (*stream_.next_in != first_byte) {
          what = refuse_rest();
          break;
        }
        ::inflateReset(&stream_);
        complete_ = false;
      }
      status = ::inflate(&stream_, Z_NO_FLUSH);
      complete_ = status == Z_STREAM_END;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_NEED_DICT || status == Z_DATA_ERROR)
        what = whole_ != 0 && stream_.total_in <= 2 ? refuse_rest()
               : stream_.msg != nullptr             ? stream_.msg
                                                    : "it cannot be understood";
    }
    used = from.size() - stream_.avail_in;
    made = size - stream_.avail_out;
    return what;
  }

  static constexpr Bytef first_byte = 0x1F;  // of two that each text begins with

  z_stream stream_{};
};

class Zstd final : public Frames {
 public:
  explicit Zstd(const std::string& path) : Frames(path, "zstd"), stream_(::ZSTD_createDStream()) {
    if (!stream_) throw std::bad_alloc();
  }

 private:
  std::string run(std::string_view from, std::size_t& used, char* to, std::size_t size,
                  std::size_t& made) override {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{to, size, 0};
    std::string what;
    for (;;) {
      if (complete_) {
        whole_ = read_ + in.pos;
        if (in.pos == in.size) break;
        if (!may_begin(from[in.pos])) {  // zeros neither: what should stand there may be missing
          what = refuse_rest();
          break;
        }
      }
      const std::size_t in_before = in.pos, out_before = out.pos;
      const std::size_t status = ::ZSTD_decompressStream(stream_.get(), &out, &in);
      if (::ZSTD_isError(status) != 0) {
        what = ::ZSTD_getErrorName(status);
        const ZSTD_ErrorCode code = ::ZSTD_getErrorCode(status);
        if (code == ZSTD_error_prefix_unknown && whole_ != 0) refuse_rest();
        if (code == ZSTD_error_frameParameter_windowTooLarge)
          refusal_ =
              "zstd has compressed it with a window larger than 128 MiB, which takes as much "
              "memory; decompress it first, e.g. by `zstd -dc --long=31 FILE | ...` into standard "
              "input";
        if (code == ZSTD_error_dictionary_wrong)
          refusal_ =
              "zstd has compressed it with a dictionary; decompress it first, e.g. by `zstd -dc -D "
              "DICTIONARY FILE | ...` into standard input";
        break;
      }
      complete_ = status == 0;
      if (out.pos == size || (in.pos == in_before && out.pos == out_before)) break;
    }
    used = in.pos;
    made = out.pos;
    return what;
  }

  /// Of a frame, or of one to skip.
  static bool may_begin(char byte) { return byte == '\x28' || (byte & '\xF0') == '\x50'; }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_;
};

}  // namespace

bool may_be_compressed(std::string_view start) {
  return std::ranges::any_of(magics, [&](const Magic& magic) {
    return start.size() < magic.bytes.size() && agree(start, magic);
  });
}

std::unique_ptr<Decompressor> decompressor_of(std::string_view start, const std::string& path) {
  for (const Magic& magic : magics) {
    if (start.size() < magic.bytes.size() || !agree(start, magic)) continue;
    if (magic.program == "gzip") return std::make_unique<Gzip>(path);
    if (magic.program == "zstd") return std::make_unique<Zstd>(path);
    const std::string program(magic.program), command(magic.to_text);
    fail(path, "it is compressed by " + program +
                   "; gzip and zstd are read as they are, so decompress it first, e.g. by `" +
                   command + " FILE | ...` into standard input");
  }
  return nullptr;
}

}  // namespace tidemark::detail
