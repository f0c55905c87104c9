// SPDX-License-Identifier: MIT
//
// Blocks: what a trace file consists of. Each can be read without those behind it, and tells when
// it is damaged.
//
// A file begins with 8 bytes (file_mark). Then come blocks: a header of 28 bytes, all numbers with
// their lowest byte first,
//   0  tag            4 letters
//   4  stored         bytes that follow the header
//   8  raw            bytes that these are when they have been inflated (zlib)
//  12  checksum       CRC-32 of the rest of the header and of the stored bytes
//  16  first          how many events there are before the block, 8 bytes
//  24  events         how many there are in it
// and the stored bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// No text begins so, and a copy that has translated line ends is found out.
inline constexpr std::string_view file_mark{"\x89TMT\r\n\x1a\n", 8};

/// What is written; every earlier one is read.
inline constexpr int trace_version = 1;

struct BlockHeader {
  static constexpr std::size_t bytes = 28;

  std::array<char, 4> tag{};
  std::uint32_t stored = 0;
  std::uint32_t raw = 0;
  std::uint32_t checksum = 0;
  std::uint64_t first = 0;
  std::uint32_t events = 0;

  bool is(std::string_view name) const { return std::string_view(tag.data(), 4) == name; }
};

/// A block as it is written: its header, and `raw` deflated.
std::string sealed_block(std::string_view tag, std::string_view raw, std::uint64_t first,
                         std::uint32_t events);

/// The header at the beginning of `bytes`, of which there are enough. Throws BadTrace if a block
/// cannot be as large as it says.
BlockHeader header_of(std::string_view bytes);

/// Throws BadTrace if what is stored is damaged. Requires: it is as long as the header says.
void check_block(const BlockHeader& header, std::string_view stored);

/// What was sealed. Throws BadTrace if that is damaged. Requires: the same.
std::string opened_block(const BlockHeader& header, std::string_view stored);

}  // namespace tidemark
