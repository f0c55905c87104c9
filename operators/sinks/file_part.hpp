// SPDX-License-Identifier: MIT
//
// A part of a sink that is a file.
#pragma once

#include <tidemark/core/print_item.hpp>
#include <tidemark/core/utf8.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark::detail {

/// How many bytes of the file are kept of what an earlier run has written: text of the same kind,
/// such as "JSON lines". Throws FileError, naming both, if it is of another, or if it is unknown.
std::uint64_t kept_of(const std::string& path, const std::string& kind, const SinkContext& context);
/// What `kept_of` reads.
std::string position_of(std::uint64_t size, const std::string& kind);

/// In a run whose positions are kept the file is written under its own name from the start, and cut
/// back to where the last complete epoch ended when a run goes on; else it appears when the run has
/// ended well. What has begun as one kind of text goes on as that.
template <typename Item>
class FilePart : public SinkPart<Item> {
 public:
  FilePart(const std::string& path, std::string kind, const SinkContext& context)
      : kind_(std::move(kind)),
        kept_(kept_of(path, kind_, context)),
        file_(context.is_saved ? FileWriter(path, kept_) : FileWriter(path)) {}

  void close() override { file_.commit(); }
  std::optional<std::string> position() override { return position_of(file_.sync(), kind_); }

 protected:
  /// Whether nothing is kept of what earlier runs have written.
  bool begins() const { return kept_ == 0; }
  FileWriter& file() { return file_; }

 private:
  std::string kind_;
  std::uint64_t kept_;
  FileWriter file_;
};

/// A record in an error: ", in the record ...", if it can be printed.
template <typename Item>
std::string in_record(const Item& item) {
  if constexpr (Printable<Item>) {
    constexpr std::size_t shown = 200;
    std::ostringstream text;
    print_item(text, item);
    const std::string_view whole = text.view();
    return ", in the record " + printable_utf8(cut_utf8(whole, shown)) +
           (whole.size() > shown ? "..." : "");
  } else {
    return "";
  }
}

}  // namespace tidemark::detail
