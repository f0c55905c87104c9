// SPDX-License-Identifier: MIT
//
// JSONLinesOutput: writes records to a file of JSON lines.
#pragma once

#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_part.hpp>
#include <tidemark/operators/sinks/json_text.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Item>
class JSONLinesFile final : public FilePart<Item> {
 public:
  JSONLinesFile(const std::string& path, const SinkContext& context)
      : FilePart<Item>(path, "JSON lines", context),
        path_(path) {}

  void write_batch(const std::vector<Item>& batch) override {
    std::string text;
    for (const Item& item : batch) {
      try {
        write_json(text, item);
      } catch (const NotJson& error) {
        throw FileError("cannot write '" + path_ + "' as JSON lines: " + error.what() +
                        in_record(item));
      }
      text += '\n';
    }
    this->file().write(text);
  }

 private:
  std::string path_;
};

}  // namespace detail

/// Writes one record a line to the file at `path`, as JSON (json_text.hpp says what of which type),
/// so that JSONLinesInput reads the same. Otherwise like FileOutput. Of a (key, value) pair both
/// are written, as an array. A `long double` is written with all its digits,
/// and is read as the double next to it. Throws FileError for what is no JSON: numbers that are not
/// finite, text that is not UTF-8, values more than 1,000 deep.
///
///     readings | output("out", JSONLinesOutput("readings.jsonl"))
class JSONLinesOutput {
 public:
  /// A stream without records gives an empty file.
  static constexpr bool opens_empty = true;

  /// Touches no file.
  explicit JSONLinesOutput(std::string path) : path_(std::move(path)) {}

  ///@{
  /// As PartitionedSinkOf says (sink.hpp): the file is the one part.
  std::vector<std::string> parts() const { return {path_}; }
  std::string file_of(const std::string& part) const { return part; }
  std::uint64_t part_of(const auto&) const { return 0; }
  template <JsonWritable Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string& part,
                                            const SinkContext& context) const {
    return std::make_unique<detail::JSONLinesFile<Item>>(part, context);
  }
  ///@}

 private:
  std::string path_;
};

}  // namespace tidemark
