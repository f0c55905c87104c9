// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/trace/block.hpp>

#include <algorithm>
#include <stdexcept>
#include <zlib.h>

namespace tidemark {
namespace {

constexpr std::uint32_t most_raw = 1u << 28;  // what a block may be

void put(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i != bytes; ++i) to += static_cast<char>(number >> 8 * i);
}
std::uint64_t get(std::string_view from, std::size_t at, int bytes) {
  std::uint64_t number = 0;
  for (int i = bytes; i-- != 0;)
    number = number << 8 | static_cast<unsigned char>(from[at + static_cast<std::size_t>(i)]);
  return number;
}

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

std::string header_bytes(const BlockHeader& header) {
  std::string bytes(header.tag.data(), 4);
  put(bytes, header.stored, 4);
  put(bytes, header.raw, 4);
  put(bytes, header.checksum, 4);
  put(bytes, header.first, 8);
  put(bytes, header.events, 4);
  return bytes;
}

/// Of a header, in which the checksum counts as 0, and what follows it.
std::uint32_t checksum_of(BlockHeader header, std::string_view stored) {
  header.checksum = 0;
  const std::string bytes = header_bytes(header);
  const uLong sum = ::crc32_z(0, bytes_of(bytes), bytes.size());
  return static_cast<std::uint32_t>(::crc32_z(sum, bytes_of(stored), stored.size()));
}

}  // namespace

std::string sealed_block(std::string_view tag, std::string_view raw, std::uint64_t first,
                         std::uint32_t events) {
  uLongf size = ::compressBound(raw.size());
  std::string stored(size, '\0');
  // The columns are nearly as small as they get; what takes longer gains little.
  if (::compress2(reinterpret_cast<Bytef*>(stored.data()), &size, bytes_of(raw), raw.size(),
                  Z_BEST_SPEED) != Z_OK)
    throw std::runtime_error("zlib has no memory for a block of a trace");
  stored.resize(size);
  BlockHeader header{.stored = static_cast<std::uint32_t>(stored.size()),
                     .raw = static_cast<std::uint32_t>(raw.size()),
                     .first = first,
                     .events = events};
  std::ranges::copy(tag.substr(0, 4), header.tag.begin());
  header.checksum = checksum_of(header, stored);
  return header_bytes(header) + stored;
}

BlockHeader header_of(std::string_view bytes) {
  BlockHeader header{.stored = static_cast<std::uint32_t>(get(bytes, 4, 4)),
                     .raw = static_cast<std::uint32_t>(get(bytes, 8, 4)),
                     .checksum = static_cast<std::uint32_t>(get(bytes, 12, 4)),
                     .first = get(bytes, 16, 8),
                     .events = static_cast<std::uint32_t>(get(bytes, 24, 4))};
  std::ranges::copy(bytes.substr(0, 4), header.tag.begin());
  // Nothing deflates to less than a 1,032nd.
  if (header.raw > most_raw || header.stored > ::compressBound(header.raw) ||
      header.raw > 1032 * std::uint64_t{header.stored})
    throw BadTrace("a block is larger than it can be");
  return header;
}

void check_block(const BlockHeader& header, std::string_view stored) {
  if (checksum_of(header, stored) != header.checksum)
    throw BadTrace("the checksum of a block is wrong");
}

std::string opened_block(const BlockHeader& header, std::string_view stored) {
  check_block(header, stored);
  std::string raw(header.raw, '\0');
  uLongf size = raw.size();
  if (::uncompress(reinterpret_cast<Bytef*>(raw.data()), &size, bytes_of(stored), stored.size()) !=
          Z_OK ||
      size != header.raw)
    throw BadTrace("a block does not inflate");
  return raw;
}

}  // namespace tidemark
