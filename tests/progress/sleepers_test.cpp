// SPDX-License-Identifier: MIT
//
// Sleepers: the first of many positions that has something a frontier has passed.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/sleepers.hpp>

#include <tests/support.hpp>

namespace tidemark::sleepers_test {
namespace {

using Pair = Product<Epoch, Epoch>;

/// What positions sleep for, and sleepers that are told of it.
template <typename T>
class Bed {
 public:
  explicit Bed(std::uint32_t positions) : times_(positions), sleepers_(positions) {}

  void sleep(std::uint32_t position, const Antichain<T>& times) {
    times_[position] = times;
    sleepers_.add(position, times);
  }
  void wake(std::uint32_t position) { times_[position].clear(); }

  std::optional<std::uint32_t> first_passed(std::uint32_t begin, std::uint32_t end,
                                            const Antichain<T>& frontier) {
    return sleepers_.first_passed(begin, end, frontier, [&](std::uint32_t position) {
      ++asked;
      return times_[position];
    });
  }
  std::optional<std::uint32_t> first_by_hand(std::uint32_t begin, std::uint32_t end,
                                             const Antichain<T>& frontier) const {
    for (std::uint32_t position = begin; position != end; ++position)
      if (!frontier.dominates(times_[position])) return position;
    return std::nullopt;
  }
  bool none_passed(const Antichain<T>& frontier) const { return sleepers_.none_passed(frontier); }

  int asked = 0;

 private:
  std::vector<Antichain<T>> times_;
  Sleepers<T> sleepers_;
};

TEST_CASE("one that wakes among many that sleep is found without asking the others", "[sleepers]") {
  Bed<Epoch> bed(1000);
  for (std::uint32_t p = 0; p != 1000; ++p) bed.sleep(p, {p == 700 ? 5u : 1'000'000u});
  CHECK(bed.none_passed({5}));
  CHECK_FALSE(bed.none_passed({6}));
  CHECK(bed.first_passed(0, 1000, {5}) == std::nullopt);
  CHECK(bed.asked == 0);
  CHECK(bed.first_passed(0, 1000, {6}) == 700);
  CHECK(bed.asked == 1);
  CHECK(bed.first_passed(0, 700, {6}) == std::nullopt);
  CHECK(bed.first_passed(701, 1000, {6}) == std::nullopt);
  CHECK(bed.asked == 1);
  CHECK(bed.first_passed(0, 1000, {}) == 0);
}

TEST_CASE("one that has gone is asked for once more, and forgotten", "[sleepers]") {
  Bed<Epoch> bed(100);
  bed.sleep(30, {5});
  bed.sleep(60, {9});
  bed.wake(30);
  CHECK(bed.first_passed(0, 100, {7}) == std::nullopt);
  CHECK(bed.asked == 1);
  CHECK(bed.none_passed({7}));
  CHECK(bed.first_passed(0, 100, {8}) == std::nullopt);
  CHECK(bed.asked == 1);
}

/// Positions that come, go and are looked for at random.
template <typename T, typename DrawTime>
void agrees_with_a_loop(DrawTime draw_time) {
  tests::Tape tape = tests::draw_tape("script", 300);
  const std::uint32_t positions = 1 + tape.below(70);
  Bed<T> bed(positions);
  const auto draw_times = [&] {
    Antichain<T> times;
    for (std::uint32_t n = tape.below(3); n != 0; --n) times.insert(draw_time(tape));
    return times;
  };
  while (!tape.at_end()) {
    const std::uint32_t position = tape.below(positions);
    switch (tape.below(4)) {
      case 0:
        bed.wake(position);
        break;
      case 1:
      case 2:
        bed.sleep(position, draw_times());
        break;
      default: {
        const std::uint32_t end = position + tape.below(positions - position + 1);
        const Antichain<T> frontier = draw_times();
        if (bed.none_passed(frontier))
          RC_ASSERT(bed.first_by_hand(0, positions, frontier) == std::nullopt);
        RC_ASSERT(bed.first_passed(position, end, frontier) ==
                  bed.first_by_hand(position, end, frontier));
      }
    }
  }
}

TEST_CASE("the first that has passed is the one that a loop over all finds", "[sleepers][oracle]") {
  tests::check_property(500, [] {
    agrees_with_a_loop<Epoch>([](tests::Tape& tape) { return Epoch{tape.below(9)}; });
  });
  tests::check_property(500, [] {
    agrees_with_a_loop<Pair>([](tests::Tape& tape) {
      return Pair{Epoch{tape.below(5)}, Epoch{tape.below(5)}};
    });
  });
}

}  // namespace
}  // namespace tidemark::sleepers_test
