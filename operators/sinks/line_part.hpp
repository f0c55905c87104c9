// SPDX-License-Identifier: MIT
//
// A part of a sink that is a file with a record a line.
#pragma once

#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/file_part.hpp>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Prints each record, of a pair of key and value the value, then `end`.
template <Printable Item>
class LinePart final : public FilePart<Item> {
 public:
  LinePart(const std::string& path, std::string end, const SinkContext& context)
      : FilePart<Item>(path, end == "\n" ? "text" : "text with '" + end + "' behind each record",
                       context),
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
    this->file().write(text.view());
  }

 private:
  std::string end_;
};

}  // namespace tidemark::detail
