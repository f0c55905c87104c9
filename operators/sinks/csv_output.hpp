// SPDX-License-Identifier: MIT
//
// CSVOutput: writes records to a CSV file.
#pragma once

#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/csv.hpp>
#include <tidemark/operators/sinks/csv_writer.hpp>
#include <tidemark/operators/sinks/field_names.hpp>
#include <tidemark/operators/sinks/file_part.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// A record as a tuple of what is in its columns: a struct's members, also where it has a `<<`.
template <typename Item>
auto csv_fields(const Item& item) {
  if constexpr (HasFields<Item>) {
    return Item::fields(item);
  } else if constexpr (TupleLike<Item>) {
    return std::apply([](const auto&... each) { return std::tie(each...); }, item);
  } else {
    return std::tie(item);
  }
}
template <typename Item>
inline constexpr std::size_t csv_width =
    std::tuple_size_v<decltype(csv_fields(std::declval<const Item&>()))>;

template <typename... Fields>
constexpr bool are_printable(std::type_identity<std::tuple<Fields...>>) {
  return (Printable<std::remove_cvref_t<Fields>> && ...);
}

template <typename Item>
constexpr bool is_csv_writable() {
  if constexpr (std::same_as<Item, CsvRow>) {
    return true;
  } else if constexpr (HasFields<Item> || TupleLike<Item>) {
    using Fields = decltype(csv_fields(std::declval<const Item&>()));
    return csv_width<Item> != 0 && are_printable(std::type_identity<Fields>());
  } else {
    return Printable<Item> && (Streamable<Item> || !RangeLike<Item>);
  }
}

/// The columns: those given, or else the record's own. Throws ConfigError unless there are `width`
/// of them, or any if that is 0.
std::vector<std::string> csv_columns(const std::string& path, std::vector<std::string> given,
                                     std::vector<std::string> own, std::size_t width);
/// Appends the row's fields in the order of the columns. Throws FileError unless it has those.
void write_csv_row(CsvWriter& writer, std::string& to, const CsvRow& row,
                   const std::vector<std::string>& columns, const std::string& path);

/// What tells CSV with these columns from any other.
std::string csv_kind(const std::vector<std::string>& columns, CsvFormat format);

/// Whether it is a text, and that is empty.
template <typename Value>
bool is_empty_text(const Value& value) {
  if constexpr (std::convertible_to<const Value&, std::string_view>)
    return std::string_view(value).empty();
  else
    return false;
}

template <typename Value>
void write_csv_field(CsvWriter& writer, std::string& to, const Value& value) {
  if constexpr (std::convertible_to<const Value&, std::string_view>) {
    writer.field(to, value);
  } else if constexpr (NumericItem<Value>) {
    writer.field(to, NumberText(value).view());
  } else if constexpr (MaybeValue<Value>) {
    if (!value.has_value())
      writer.field(to, "");
    else if (is_empty_text(*value))
      writer.quoted_field(to, "");
    else
      write_csv_field(writer, to, *value);
  } else {
    std::ostringstream text;
    print_item(text, value);
    writer.field(to, text.view());
  }
}

template <typename Item>
class CsvPart final : public FilePart<Item> {
 public:
  CsvPart(const std::string& path, std::vector<std::string> columns, CsvFormat format,
          const SinkContext& context)
      : FilePart<Item>(path, csv_kind(columns, format), context),
        path_(path),
        columns_(std::move(columns)),
        writer_(format) {
    if (!this->begins()) return;
    std::string text;
    writer_.header(text, columns_);
    this->file().write(text);
  }

  void write_batch(const std::vector<Item>& batch) override {
    std::string text;
    for (const Item& item : batch) {
      if constexpr (std::same_as<Item, CsvRow>) {
        write_csv_row(writer_, text, item, columns_, path_);
      } else {
        std::apply([&](const auto&... each) { (write_csv_field(writer_, text, each), ...); },
                   csv_fields(item));
      }
      writer_.end_record(text);
    }
    this->file().write(text);
  }

 private:
  std::string path_;
  std::vector<std::string> columns_;
  CsvWriter writer_;
};

}  // namespace detail

/// A CsvRow; or a tuple, a pair or a struct that lists its members (`fields`, as for a Codec) of
/// what can be printed; or a single thing that can be printed and is no range.
template <typename Item>
concept CsvWritable = detail::is_csv_writable<Item>();

/// Writes one record a row to the CSV file at `path` (csv_writer.hpp), below a row with the names
/// of the columns, so that CSVInput reads the same. Otherwise like FileOutput. Both key and value
/// of a (key, value) pair are written.
///
/// The columns need names: those given; or a struct's own (`names`, an array of std::string_view
/// beside its `fields`); or `key` and `value` of a pair. There must be as many as fields, and each
/// another. A CsvRow must have these columns and no others. A field is what print_item prints
/// (numbers: read_item), or nothing for an optional value that is not there; one that is, and is an
/// empty text, is written as `""`, which is not that to many other programs, although CSVInput
/// reads an empty field of both, and nothing alone in its row has to be `""`, too.
///
/// Throws ConfigError for other columns: the constructor, if two are the same, and else the run.
///
///     counts | output("out", CSVOutput("counts.csv", {"word", "count"}))
class CSVOutput {
 public:
  /// A stream without records gives a file of the names alone.
  static constexpr bool opens_empty = true;

  /// Without `columns` they are called as the records say. Throws ConfigError if two are the same,
  /// and for what is no format.
  explicit CSVOutput(std::string path, std::vector<std::string> columns = {},
                     CsvFormat format = {});

  ///@{
  /// As PartitionedSinkOf says (sink.hpp): the file is the one part.
  std::vector<std::string> parts() const { return {path_}; }
  std::string file_of(const std::string& part) const { return part; }
  std::uint64_t part_of(const auto&) const { return 0; }
  template <CsvWritable Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string& part,
                                            const SinkContext& context) const {
    std::vector<std::string> own;
    std::size_t width = 0;  // any
    if constexpr (!std::same_as<Item, CsvRow>) {
      width = detail::csv_width<Item>;
      if constexpr (detail::HasNames<Item>) {
        own.assign(Item::names.begin(), Item::names.end());
      } else if constexpr (requires { typename Item::first_type; }) {
        own = {"key", "value"};
      }
    }
    return std::make_unique<detail::CsvPart<Item>>(
        part, detail::csv_columns(path_, columns_, std::move(own), width), format_, context);
  }
  ///@}

 private:
  std::string path_;
  std::vector<std::string> columns_;
  CsvFormat format_;
};

}  // namespace tidemark
