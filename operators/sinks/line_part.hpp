// SPDX-License-Identifier: MIT
//
// A part of a sink that is a file with a record a line.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Prints each record, of a pair of key and value the value, then `end`. In a run whose positions
/// are kept the file is written under its own name from the start, and cut back to where the last
/// complete epoch ended when a run goes on; else it appears when the run has ended well.
template <Printable Item>
class LinePart final : public SinkPart<Item> {
 public:
  LinePart(const std::string& path, std::string end, const SinkContext& context)
      : file_(context.is_saved
                  ? FileWriter(
                        path, context.resume_at ? from_bytes<std::uint64_t>(*context.resume_at) : 0)
                  : FileWriter(path)),
        end_(std::move(end)) {}

  void write_batch(const std::vector<Item>& batch) override {
    std::ostringstream text;
    for (const Item& item : batch) {
      if constexpr (requires { item.first, item.second; }) {
        print_item(text, item.second);
      } else {
        print_item(text, item);
      }
      text << end_;
    }
    file_.write(text.view());
  }
  void close() override { file_.commit(); }
  std::optional<std::string> position() override { return to_bytes(file_.sync()); }

 private:
  FileWriter file_;
  std::string end_;
};

}  // namespace tidemark::detail
