// SPDX-License-Identifier: MIT
//
// Coordinates: with them a timestamp has the order, the paths and the text that its type has.
#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/explain.hpp>

#include <tests/progress/hour.hpp>
#include <tests/progress/random_topology.hpp>
#include <tests/support.hpp>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>

namespace tidemark::coordinates_test {
namespace {

using Pair = Product<Epoch, Epoch>;
using tests::Draw;
using tests::Tape;

std::string printed(const std::string& form, const Coordinates& time, std::uint32_t depth) {
  std::ostringstream out;
  print_coordinates(out, form, time, depth);
  return out.str();
}

template <typename T>
std::string printed(const T& time, std::uint32_t depth) {
  std::ostringstream out;
  print_at_depth(out, time, depth);
  return out.str();
}

TEST_CASE("the numbers of a timestamp are those of T, then the counters of its loops",
          "[coordinates]") {
  CHECK(coordinates(Epoch{7}) == Coordinates{7, 0, 0, 0, 0, 0, 0, 0});
  CHECK(coordinates(Pair{1, 2}) == Coordinates{1, 2, 0, 0, 0, 0, 0, 0});
  CHECK(coordinates(Nested<Pair, 2>{Pair{1, 2}, 3, 4}) == Coordinates{1, 2, 3, 4, 0, 0, 0, 0});
  CHECK(coordinates(Product<Pair, Epoch>{{1, 2}, 3}) == Coordinates{1, 2, 3, 0, 0, 0, 0, 0});
}

TEST_CASE("leaving a loop sets the number of its counter, and of none before", "[coordinates]") {
  using Time = Nested<Pair, 2>;
  const auto left = coordinates_summary<Time>(Time::Summary::leave(1));
  CHECK(left.results_in(coordinates(Time{Pair{1, 2}, 3, 4})) ==
        coordinates(Time{Pair{1, 2}, 0, 0}));
  CHECK(coordinates_summary<Time>({}) == Coordinates::Summary{});
}

TEST_CASE("a timestamp of a program's own has no coordinates, nor has one with too many numbers",
          "[coordinates]") {
  STATIC_REQUIRE(HasCoordinates<Nested<Pair, 6>>);
  STATIC_REQUIRE_FALSE(HasCoordinates<Nested<Pair, 7>>);
  STATIC_REQUIRE_FALSE(HasCoordinates<example::Hour>);
  STATIC_REQUIRE_FALSE(HasCoordinates<Nested<example::Hour, 1>>);
  STATIC_REQUIRE_FALSE(HasCoordinates<Product<Epoch, example::Hour>>);
}

template <typename T>
void check_same_laws(std::uint32_t depth) {
  const std::string form = CoordinatesOf<T>::form();
  tests::check_property(2000, [&] {
    Tape tape = tests::draw_tape("times", 60);
    const auto small = [](Coordinates time) {  // the ends of the ranges differ
      for (std::uint32_t k = 0; k != max_coordinates; ++k)
        if (coordinate(time, k) > 100) set_coordinate(time, k, 100);
      return time;
    };
    const T a = Draw<T>::time(tape, depth), b = Draw<T>::time(tape, depth);
    const PortDepths inside{depth, depth};
    const auto s = Draw<T>::summary(tape, inside), r = Draw<T>::summary(tape, inside);
    const auto to = [](const auto& summary) { return coordinates_summary<T>(summary); };

    RC_ASSERT(less_equal(coordinates(a), coordinates(b)) == less_equal(a, b));
    RC_ASSERT((coordinates(a) < coordinates(b)) == (a < b));
    RC_ASSERT(printed(form, coordinates(a), depth) == printed(a, depth));
    RC_ASSERT(less_equal(to(s), to(r)) == less_equal(s, r));
    RC_ASSERT(to(s).advances() == s.advances());
    RC_ASSERT(*to(s).followed_by(to(r)) == to(*s.followed_by(r)));
    if (small(coordinates(a)) == coordinates(a))
      RC_ASSERT(*to(s).results_in(coordinates(a)) == coordinates(*s.results_in(a)));
  });
}

TEST_CASE("coordinates have the order, the paths and the text of their timestamps",
          "[coordinates][property]") {
  check_same_laws<Epoch>(0);
  check_same_laws<Pair>(0);
  check_same_laws<Nested<Epoch, 2>>(2);
  check_same_laws<Nested<Pair, 3>>(3);
}

}  // namespace
}  // namespace tidemark::coordinates_test
