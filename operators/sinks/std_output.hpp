// SPDX-License-Identifier: MIT
//
// StdOutput: prints records on standard output.
#pragma once

#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

namespace tidemark {

/// Prints one record a line, at every worker, as they come. A batch is written as a whole, so lines
/// of different workers do not mix. It stands behind all that its thread has printed before by
/// std::printf or std::cout, but for what the latter keeps to itself in a program that has called
/// std::ios::sync_with_stdio(false), and so has to flush it. Throws FileError when standard output
/// cannot be written (a program that wants that instead of a signal on a closed pipe ignores
/// SIGPIPE).
class StdOutput {
 public:
  /// As SinkOf says (sink.hpp).
  template <Printable Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>();
  }

 private:
  /// Writes what `print(out, batch)` prints.
  static void write(void (*print)(std::ostream& out, const void* batch), const void* batch);

  template <typename Item>
  class Part final : public SinkPart<Item> {
   public:
    void write_batch(const std::vector<Item>& batch) override {
      write(
          [](std::ostream& out, const void* of) {
            for (const Item& item : *static_cast<const std::vector<Item>*>(of)) {
              print_item(out, item);
              out << '\n';
            }
          },
          &batch);
    }
  };
};

}  // namespace tidemark
