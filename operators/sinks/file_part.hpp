// SPDX-License-Identifier: MIT
//
// A part of a sink that is a file.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>

namespace tidemark::detail {

/// In a run whose positions are kept the file is written under its own name from the start, and cut
/// back to where the last complete epoch ended when a run goes on; else it appears when the run has
/// ended well.
template <typename Item>
class FilePart : public SinkPart<Item> {
 public:
  FilePart(const std::string& path, const SinkContext& context)
      : kept_(context.is_saved && context.resume_at ? from_bytes<std::uint64_t>(*context.resume_at)
                                                    : 0),
        file_(context.is_saved ? FileWriter(path, kept_) : FileWriter(path)) {}

  void close() override { file_.commit(); }
  std::optional<std::string> position() override { return to_bytes(file_.sync()); }

 protected:
  /// Whether nothing is kept of what earlier runs have written.
  bool begins() const { return kept_ == 0; }
  FileWriter& file() { return file_; }

 private:
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
    return ", in the record " + std::string(whole.substr(0, shown)) +
           (whole.size() > shown ? "..." : "");
  } else {
    return "";
  }
}

}  // namespace tidemark::detail
