// SPDX-License-Identifier: MIT
//
// FileOutput: writes records to one file.
#pragma once

#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/print_item.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Writes one record a line to the file at `path`, epoch by epoch, at worker 0; of a (key, value)
/// pair the value. The file appears under its name when the run has ended without an error, and not
/// otherwise.
class FileOutput {
 public:
  static constexpr bool single = true;

  explicit FileOutput(std::string path, std::string end = "\n")
      : path_(std::move(path)),
        end_(std::move(end)) {}

  template <Printable Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>(path_, end_);
  }

 private:
  template <typename Item>
  class Part final : public SinkPart<Item> {
   public:
    Part(const std::string& path, std::string end) : file_(path), end_(std::move(end)) {}

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

   private:
    FileWriter file_;
    std::string end_;
  };

  std::string path_;
  std::string end_;
};

}  // namespace tidemark
