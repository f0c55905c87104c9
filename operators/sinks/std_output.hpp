// SPDX-License-Identifier: MIT
//
// StdOutput: prints records on standard output.
#pragma once

#include <tidemark/operators/print_item.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

namespace tidemark {

/// Prints one record a line, at every worker, as they come. A batch is written as a whole, so lines
/// of different workers do not mix. Throws FileError when standard output cannot be written (a
/// program that wants that instead of a signal on a closed pipe ignores SIGPIPE).
class StdOutput {
 public:
  template <Printable Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>();
  }

 private:
  static void write(std::string_view text);

  template <typename Item>
  class Part final : public SinkPart<Item> {
   public:
    void write_batch(const std::vector<Item>& batch) override {
      std::ostringstream text;
      for (const Item& item : batch) {
        print_item(text, item);
        text << '\n';
      }
      write(text.view());
    }
  };
};

}  // namespace tidemark
