// SPDX-License-Identifier: MIT
//
// Any text as a line of JSON: the value that the library's own parser finds, which can be printed
// and read again, or an error with a column that is there.
#include <tidemark/operators/sources/read_json.hpp>

#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidemark;
  using fuzz::require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const nlohmann::json value = read_json(text);
    require(nlohmann::json::parse(text) == value, "the value is that of the library");
    require(read_json(value.dump()) == value, "what is printed is read again");
  } catch (const JsonError& error) {
    require(error.column() >= 1 && error.column() <= size + 1, "the column is in the line");
    require(*error.what() != '\0', "an error says something");
  }
  return 0;
}
