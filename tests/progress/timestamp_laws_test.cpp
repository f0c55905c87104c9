// SPDX-License-Identifier: MIT
//
// The law checks themselves: a timestamp of one's own passes them, and each flaw is found.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/timestamp_laws.hpp>

#include <tests/progress/hour.hpp>
#include <tests/support.hpp>

#include <limits>

namespace flawed {

enum class Flaw {
  none,
  irreflexive,
  antisymmetric,
  transitive,
  least,
  compatible,
  first,
  bound,
  identity,
  composition,
  monotone,
  extensive,
  advancing,
  overflow,
  ordered
};

/// A small counter with one flaw.
template <Flaw flaw>
struct Counter {
  struct Summary {
    int step = 0;

    std::optional<Counter> results_in(const Counter& t) const {
      if (flaw == Flaw::identity && step == 0) return Counter{t.value + 1};
      if (flaw == Flaw::monotone && t.value == 1 && step != 0) return Counter{9};
      if (flaw == Flaw::overflow && t.value == 1 && step != 0) return std::nullopt;
      if (flaw == Flaw::extensive && step == 2) return Counter{t.value - 1};
      if (flaw == Flaw::advancing && step == 2) return t;
      if (effective(step) > last - t.value) return std::nullopt;
      return Counter{t.value + effective(step)};
    }
    std::optional<Summary> followed_by(const Summary& next) const {
      if (flaw == Flaw::composition) return Summary{std::max(step, next.step)};
      if (effective(step) > last - effective(next.step)) return std::nullopt;
      return Summary{effective(effective(step) + effective(next.step))};
    }
    bool advances() const { return step != 0; }
    friend auto operator<=>(const Summary&, const Summary&) = default;
    friend bool less_equal(const Summary& a, const Summary& b) { return a.step <= b.step; }

   private:
    static constexpr int last = std::numeric_limits<int>::max();
    /// With that flaw, the step of 1 and the step of 2 are mistaken for each other.
    static int effective(int step) {
      return flaw == Flaw::ordered && (step == 1 || step == 2) ? 3 - step : step;
    }
  };

  int value = 0;

  friend Counter least_upper_bound(const Counter& a, const Counter& b)
    requires(flaw == Flaw::none || flaw == Flaw::bound)
  {
    return {std::max(a.value, b.value) + (flaw == Flaw::bound && a.value == 2 ? 1 : 0)};
  }
  friend bool precedes_all_after(const Counter&) { return flaw == Flaw::first; }
  static Counter minimum() { return {flaw == Flaw::least ? 1 : 0}; }
  friend auto operator<=>(const Counter&, const Counter&) = default;
  friend bool less_equal(const Counter& a, const Counter& b) {
    if (flaw == Flaw::irreflexive) return a.value < b.value;
    if (flaw == Flaw::antisymmetric) return true;
    if (flaw == Flaw::transitive && b.value == a.value + 2) return false;
    if (flaw == Flaw::first && a.value % 2 != b.value % 2) return a.value == 0;
    if (flaw == Flaw::compatible && b.value != 0 && a.value != 0) return a.value >= b.value;
    return a.value <= b.value;
  }
  friend std::ostream& operator<<(std::ostream& out, const Counter& c) { return out << c.value; }
};

/// A counter of 32 bits whose sums wrap around: in `results_in`, or only where summaries are added.
template <bool only_of_summaries>
struct Wrapping {
  struct Summary {
    std::uint32_t step = 0;

    std::optional<Wrapping> results_in(const Wrapping& t) const {
      if (only_of_summaries && step > ~t.value) return std::nullopt;
      return Wrapping{t.value + step};
    }
    std::optional<Summary> followed_by(const Summary& next) const {
      return Summary{step + next.step};
    }
    bool advances() const { return step != 0; }
    friend auto operator<=>(const Summary&, const Summary&) = default;
    friend bool less_equal(const Summary& a, const Summary& b) { return a.step <= b.step; }
  };

  std::uint32_t value = 0;

  static Wrapping minimum() { return {}; }
  friend auto operator<=>(const Wrapping&, const Wrapping&) = default;
  friend bool less_equal(const Wrapping& a, const Wrapping& b) { return a.value <= b.value; }
  friend std::ostream& operator<<(std::ostream& out, const Wrapping& t) { return out << t.value; }
};

}  // namespace flawed

template <flawed::Flaw flaw>
struct std::hash<flawed::Counter<flaw>> {
  std::size_t operator()(const flawed::Counter<flaw>& c) const noexcept {
    return static_cast<std::size_t>(c.value);
  }
};

template <bool only_of_summaries>
struct std::hash<flawed::Wrapping<only_of_summaries>> {
  std::size_t operator()(const flawed::Wrapping<only_of_summaries>& t) const noexcept {
    return t.value;
  }
};

namespace tidemark::timestamp_laws_test {
namespace {

using example::Hour;
using flawed::Counter;
using flawed::Flaw;

/// The name of the law that a counter with this flaw is found to break.
template <Flaw flaw>
std::string law_broken_by() {
  const auto law = broken_law<Counter<flaw>>({{0}, {1}, {2}, {3}}, {{0}, {1}, {2}});
  return law ? law->substr(0, law->find(':')) : "none";
}

TEST_CASE("a timestamp from outside the library keeps the laws", "[timestamp][laws]") {
  const std::uint32_t last = Hour::last;
  CHECK(broken_law<Hour>({{0}, {1}, {2}, {8}, {9}, {last - 1}, {last}},
                         {{}, {0, 8}, {1, 0}, {1, 1}, {2, 9}, {last, 0}, {1, last}}) ==
        std::nullopt);
}

TEST_CASE("a pair of a timestamp from outside and an epoch keeps the laws", "[timestamp][laws]") {
  using Pair = Product<Hour, Epoch>;
  std::vector<Pair> times;
  std::vector<Pair::Summary> summaries;
  for (std::uint32_t hour : {0u, 1u, 9u, Hour::last})
    for (std::uint64_t epoch : {0u, 1u, 2u}) {
      times.push_back({{hour}, {epoch}});
      summaries.push_back({{1, hour}, {epoch}});
      summaries.push_back({{0, hour}, {epoch}});
    }
  CHECK(broken_law<Pair>(times, summaries) == std::nullopt);
}

TEST_CASE("the law checks accept a counter without a flaw", "[timestamp][laws]") {
  CHECK(law_broken_by<Flaw::none>() == "none");
}

TEST_CASE("the law checks find a broken partial order", "[timestamp][laws]") {
  CHECK(law_broken_by<Flaw::irreflexive>() == "reflexive");
  CHECK(law_broken_by<Flaw::antisymmetric>() == "antisymmetric");
  CHECK(law_broken_by<Flaw::transitive>() == "transitive");
  CHECK(law_broken_by<Flaw::least>() == "least");
  CHECK(law_broken_by<Flaw::compatible>() == "compatible");
  CHECK(law_broken_by<Flaw::first>() == "first");
  CHECK(law_broken_by<Flaw::bound>() == "least upper bound");
}

TEST_CASE("the law checks find a broken path summary", "[timestamp][laws]") {
  CHECK(law_broken_by<Flaw::identity>() == "identity");
  CHECK(law_broken_by<Flaw::composition>() == "composition");
  CHECK(law_broken_by<Flaw::monotone>() == "monotone");
  CHECK(law_broken_by<Flaw::extensive>() == "extensive");
  CHECK(law_broken_by<Flaw::advancing>() == "advancing");
  CHECK(law_broken_by<Flaw::ordered>() == "ordered");
}

TEST_CASE("the law checks refuse an overflow of an earlier timestamp alone", "[timestamp][laws]") {
  CHECK(law_broken_by<Flaw::overflow>() == "monotone");
}

TEST_CASE("the law checks find a sum that wraps around far beyond the samples",
          "[timestamp][laws]") {
  CHECK(
      broken_law<flawed::Wrapping<false>>({{0}, {1}, {2}}, {{}, {1}, {3}}) ==
      "extensive: less_equal(t, s.results_in(t)), where a result that is out of range is nullopt, "
      "but not for s = one that takes 0 to 2147483648, t = 2147483649, r = 1");
  CHECK(broken_law<flawed::Wrapping<true>>({{0}, {1}, {2}}, {{}, {1}, {3}}) ==
        "composition: s.followed_by(r).results_in(t), x, is s.results_in(t) and then r.results_in, "
        "y, but not for s = one that takes 0 to 2147483648, r = one that takes 0 to 2147483648, t "
        "= 0, x = 0, y "
        "= out of range");
}

TEST_CASE("a broken law is reported with its counterexample", "[timestamp][laws]") {
  // No timestamp: the value that stands for the empty frontier has no successor, not even itself.
  const Epoch sentinel = Epoch::maximum().value + 1;
  CHECK(broken_law<Epoch>({0, sentinel}, {{}}) ==
        "identity: S{}.results_in(t) == t, but not for t = " + std::to_string(sentinel.value));
  CHECK(
      broken_law<Counter<Flaw::extensive>>({{0}, {1}, {2}}, {{}, {1}, {2}}) ==
      "extensive: less_equal(t, s.results_in(t)), where a result that is out of range is nullopt, "
      "but not for s = one that takes 0 to -1, t = 0, r = -1");
}

}  // namespace
}  // namespace tidemark::timestamp_laws_test
