// SPDX-License-Identifier: MIT
//
// Bytes that may be UTF-8.
#include <tidemark/core/utf8.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <tests/support.hpp>

#include <string>
#include <string_view>

namespace tidemark::utf8_test {
namespace {

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

TEST_CASE("a well-formed character has a length, and nothing else has", "[utf8]") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length(std::string_view("\0", 1)) == 1);
  CHECK(utf8_length("\u00E9x") == 2);
  CHECK(utf8_length("\u20AC") == 3);
  CHECK(utf8_length("\U0001F30A") == 4);
  CHECK(utf8_length("\xF4\x8F\xBF\xBF") == 4);  // the last one
  for (const char* none : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE2\x82", "\xE0\x9F\xBF",
                           "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xFF"}) {
    INFO(readable_utf8(none));
    CHECK(utf8_length(none) == 0);
  }
}

TEST_CASE("any bytes become readable, and text stays as it is", "[utf8]") {
  CHECK(readable_utf8("na\u00EFve\n") == "na\u00EFve\n");
  CHECK(readable_utf8("caf\xE9!") == "caf\\xE9!");
  CHECK(readable_utf8("\xE2\x82") == "\\xE2\\x82");
  CHECK(readable_utf8("a\tb") == "a\tb");
  CHECK(printable_utf8("a\tb\x1B[31m\x7F\xFF") == "a\\x09b\\x1B[31m\\x7F\\xFF");
  CHECK(rc::check("readable", [](const std::string& bytes) {
    const std::string text = readable_utf8(bytes);
    RC_ASSERT(is_utf8(text));
    RC_ASSERT((text == bytes) == is_utf8(bytes));
  }));
}

TEST_CASE("text is cut between characters", "[utf8]") {
  const std::string text = "a\u00E9\u20AC\U0001F30A";
  std::string sizes;
  for (std::size_t most = 0; most <= text.size(); ++most) {
    const std::string_view cut = cut_utf8(text, most);
    CHECK(is_utf8(cut));
    sizes += std::to_string(cut.size());
  }
  CHECK(sizes == "011333666610");
  // Bytes that are no text are cut anywhere.
  CHECK(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
  CHECK(cut_utf8("abc\xE9", 3).size() == 3);
}

}  // namespace
}  // namespace tidemark::utf8_test
