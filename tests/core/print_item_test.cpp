// SPDX-License-Identifier: MIT
//
// Records as text: nothing of a number is lost, and it can be read back.
#include <tidemark/core/print_item.hpp>
#include <tidemark/core/read_item.hpp>

#include <tests/support.hpp>

#include <bit>
#include <cmath>
#include <complex>
#include <iomanip>
#include <limits>
#include <locale>

namespace tidemark::print_item_test {
namespace {

template <typename Item>
std::string printed(const Item& item) {
  std::ostringstream out;
  print_item(out, item);
  return out.str();
}

/// Equal, and of one sign, or both no number.
template <typename N>
bool same(N a, N b) {
  if constexpr (std::floating_point<N>) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
  } else {
    return a == b;
  }
}

template <typename N>
void check_edges() {
  using Limits = std::numeric_limits<N>;
  std::vector<N> edges{N(0), N(1), N(7), Limits::min(), Limits::max(), Limits::lowest()};
  if constexpr (std::floating_point<N>) {
    for (const N number : {N(0.1L), N(52.5200066L), N(1234567.89L), N(16777217), N(1) / N(3),
                           Limits::denorm_min(), Limits::epsilon(), Limits::infinity()})
      edges.insert(edges.end(), {number, -number, std::nextafter(number, N(1))});
    edges.insert(edges.end(), {-N(0), Limits::quiet_NaN(), -Limits::quiet_NaN()});
  }
  for (const N number : edges) {
    INFO(printed(number));
    CHECK(same(read_item<N>(printed(number)), number));
  }
}

/// Any bits are a number.
template <typename N, typename Bits>
void check_any() {
  tests::check_property(500, [](Bits bits) {
    const N number = std::bit_cast<N>(bits);
    RC_ASSERT(same(read_item<N>(printed(number)), number));
  });
}

TEST_CASE("each arithmetic type is printed as text that reads back as the same number") {
  check_edges<bool>();
  check_edges<signed char>();
  check_edges<unsigned char>();
  check_edges<short>();
  check_edges<unsigned short>();
  check_edges<int>();
  check_edges<unsigned>();
  check_edges<long>();
  check_edges<unsigned long>();
  check_edges<long long>();
  check_edges<unsigned long long>();
  check_edges<float>();
  check_edges<double>();
  check_edges<long double>();
  check_any<float, std::uint32_t>();
  check_any<double, std::uint64_t>();
  check_any<std::int64_t, std::int64_t>();
  tests::check_property(500, [](std::int64_t high, std::int64_t low, std::int8_t exponent) {
    const long double number =
        std::ldexp(static_cast<long double>(high), 40 * exponent) + static_cast<long double>(low);
    RC_ASSERT(same(read_item<long double>(printed(number)), number));
  });
}

TEST_CASE("a number is printed with the digits that it takes, and no more") {
  CHECK(printed(52.5200066) == "52.5200066");
  CHECK(printed(52.5200066f) == "52.520008");
  CHECK(printed(1234567.89) == "1234567.89");
  CHECK(printed(16777217.0) == "16777217");
  CHECK(printed(0.1L) == "0.1");
  CHECK(printed(-0.0) == "-0");
  CHECK(printed(1e300) == "1e+300");
  CHECK(printed(100000.0) == "100000");
  CHECK(printed(-0.00012) == "-0.00012");
  CHECK(printed(1e-5) == "0.00001");
  CHECK(printed(9e-6) == "9e-06");
  CHECK(printed(1e16) == "1e+16");
  CHECK(printed(9007199254740993.0f) == "9007199254740992");
  CHECK(printed(std::numeric_limits<float>::infinity()) == "inf");
  CHECK(printed(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(printed(std::int8_t{65}) == "65");
  CHECK(printed(std::uint8_t{200}) == "200");
  CHECK(printed(true) == "1");
  CHECK(printed('A') == "A");
  CHECK(printed(std::complex(0.1, 1234567.89)) == "(0.1,1234567.89)");
}

struct Thousands final : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

TEST_CASE("numbers are printed alike on every stream, whatever its locale and format") {
  std::ostringstream out;
  out.imbue(std::locale(std::locale(), new Thousands));
  out << std::hex << std::showpos << std::setprecision(2) << std::boolalpha;
  print_item(out, std::tuple(1234567, 1234567.125, true));
  CHECK(out.str() == "(1234567, 1234567.125, 1)");
}

enum Small : std::uint8_t { low = 65 };
enum Named : std::uint8_t { red };
std::ostream& operator<<(std::ostream& out, Named) {
  return out << "red";
}

/// Lists its members.
struct Reading {
  std::string sensor{};
  double value = 0;
  std::optional<std::int8_t> level{};
  static auto fields(auto& self) { return std::tie(self.sensor, self.value, self.level); }
};

/// Has its own way, too.
struct Celsius {
  double degrees = 0;
  static auto fields(auto& self) { return std::tie(self.degrees); }
  friend std::ostream& operator<<(std::ostream& out, const Celsius& c) {
    return out << c.degrees << " C";
  }
};

struct Plain {};

/// Holds itself, so it could not be printed without end.
struct Tree {
  std::map<std::string, Tree> children;
  auto begin() const { return children.begin(); }
  auto end() const { return children.end(); }
};

TEST_CASE("numbers keep their digits inside of pairs, tuples, optionals, ranges and structs") {
  CHECK(printed(std::pair(std::int8_t{65}, 52.5200066)) == "(65, 52.5200066)");
  CHECK(printed(std::tuple(std::optional(1234567.89), std::optional<int>(), true)) ==
        "(1234567.89, none, 1)");
  CHECK(printed(std::vector{1234567.89, 0.5}) == "[1234567.89, 0.5]");
  CHECK(printed(std::vector<bool>{true, false}) == "[1, 0]");
  CHECK(printed(std::vector<int>()) == "[]");
  CHECK(printed(std::map<std::string, float>{{"a", 0.1f}, {"b", 16777216}}) ==
        "[(a, 0.1), (b, 16777216)]");
  CHECK(printed(std::vector<std::pair<int, std::vector<double>>>{{1, {0.1}}}) == "[(1, [0.1])]");
  CHECK(printed(Reading{"north", 52.5200066, std::int8_t{65}}) == "(north, 52.5200066, 65)");
  CHECK(printed(std::pair(Reading{}, EventTime())) == "((, 0, none), 1970-01-01T00:00:00Z)");
  CHECK(printed(low) == "65");
}

TEST_CASE("a type's own << decides how it is printed") {
  CHECK(printed(Celsius{36.5}) == "36.5 C");
  CHECK(printed(std::vector<Celsius>{{1}, {2}}) == "[1 C, 2 C]");
  CHECK(printed(red) == "red");
  CHECK_FALSE(Printable<Plain>);
  CHECK_FALSE(Printable<std::vector<Plain>>);
  CHECK_FALSE(Printable<Tree>);
  CHECK_FALSE(Printable<std::pair<int, Tree>>);
  CHECK_FALSE(Printable<std::tuple<std::optional<std::pair<int, Plain>>>>);
}

TEST_CASE("text that is not all of a number that fits is refused, with what would be right") {
  const auto reads = [](auto of, std::string_view text) {
    return [=] { return read_item<decltype(of)>(text); };
  };
  CHECK_THROWS_WITH(reads(std::int8_t{}, "128")(), "'128' is not a whole number from -128 to 127");
  CHECK_THROWS_WITH(reads(unsigned{}, "-1")(), "'-1' is not a whole number from 0 to 4294967295");
  CHECK_THROWS_WITH(reads(true, "2")(), "'2' is not 0 or 1");
  CHECK_THROWS_WITH(reads(1.5, "1e400")(),
                    "'1e400' is not a number that fits into a double, such as -12.5, 1e+300, inf "
                    "or nan");
  CHECK_THROWS_WITH(reads('c', "ab")(), "'ab' is not one character");
  CHECK_THROWS_WITH(reads(1, std::string(100, '1'))(),
                    Catch::StartsWith("'" + std::string(60, '1') + "...' is not a whole number"));
  for (const char* text : {"", " 1", "1 ", "+1", "1.5", "0x1", "1,000", "one"})
    CHECK_THROWS_AS(read_item<int>(text), BadText);
  for (const char* text : {"", " 1", "1 ", "+1", "1,5", "0x1p3", "1e", "--1", "1e-400", "-1e400"})
    CHECK_THROWS_AS(read_item<double>(text), BadText);
  CHECK_THROWS_AS(read_item<float>("1e-50"), BadText);
  CHECK_THROWS_AS(read_item<long double>("1e-5000"), BadText);
  CHECK_THROWS_AS(read_item<long double>("1e5000"), BadText);
  CHECK(read_item<double>("-0.00e9") == 0);
  CHECK(read_item<char>(",") == ',');
  CHECK(read_item<std::uint64_t>("18446744073709551615") == 18446744073709551615u);
}

}  // namespace
}  // namespace tidemark::print_item_test
