// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/core/utf8.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_part.hpp>

#include <utility>

namespace tidemark::detail {
namespace {

/// Where a run has got to: the bytes that it wrote, and what kind of text they are.
using Position = std::pair<std::uint64_t, std::string>;

}  // namespace

std::uint64_t kept_of(const std::string& path, const std::string& kind,
                      const SinkContext& context) {
  if (!context.is_saved || !context.resume_at) return 0;
  Position saved;
  try {
    saved = from_bytes<Position>(*context.resume_at);
  } catch (const BadBytes& error) {
    throw FileError(
        "cannot write '" + path +
        "' on: what is kept of where an earlier run has got to cannot be read: " + error.what());
  }
  if (saved.first != 0 && saved.second != kind)
    throw FileError("cannot write '" + path + "' on: an earlier run has written " +
                    printable_utf8(saved.second) + " there, and this one would write " +
                    printable_utf8(kind) + "; let it write another file");
  return saved.first;
}

std::string position_of(std::uint64_t size, const std::string& kind) {
  return to_bytes(Position(size, kind));
}

}  // namespace tidemark::detail
