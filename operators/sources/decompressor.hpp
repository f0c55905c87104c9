// SPDX-License-Identifier: MIT
//
// Decompressors: the text of a compressed file, block by block, whatever its size.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tidemark::detail {

/// Makes text of the bytes of a compressed file, which may be several compressed texts one after
/// the other. What it throws is a FileError that names the file and the byte. Thread: one at a
/// time.
class Decompressor {
 public:
  virtual ~Decompressor() = default;

  /// Appends at most a block to `to`, and returns how many bytes of `from` it has used. Throws for
  /// what is damaged, when the text before it has been given.
  virtual std::size_t decompress(std::string_view from, std::string& to) = 0;

  /// Whether there may be more text without more bytes.
  virtual bool full() const = 0;

  /// Says that there are no more bytes. Throws if there ought to be.
  virtual void finish() const = 0;
};

/// Whether more bytes must be known to say how a file that begins so is compressed.
bool may_be_compressed(std::string_view start);

/// The decompressor of a file that begins so; null for one that is not compressed. Throws FileError
/// for one that is compressed by something else.
std::unique_ptr<Decompressor> decompressor_of(std::string_view start, const std::string& path);

}  // namespace tidemark::detail
