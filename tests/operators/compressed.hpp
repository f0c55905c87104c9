// SPDX-License-Identifier: MIT
//
// Text as gzip and zstd compress it.
#pragma once

#include <stdexcept>
#include <string>
#include <zlib.h>
#include <zstd.h>

namespace tidemark::tests {

inline std::string gzip(const std::string& text) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("cannot compress");
  std::string bytes(::deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int status = ::deflate(&stream, Z_FINISH);
  bytes.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("cannot compress");
  return bytes;
}

inline std::string zstd(const std::string& text) {
  std::string bytes(::ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ::ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), 3);
  if (::ZSTD_isError(size) != 0) throw std::runtime_error("cannot compress");
  bytes.resize(size);
  return bytes;
}

}  // namespace tidemark::tests
