// SPDX-License-Identifier: MIT
//
// A timestamp of one's own: one that can be printed.
#include <tidemark/progress/timestamp.hpp>

#include <compare>
#include <functional>
#include <optional>
#include <ostream>

using namespace tidemark;

struct Tide {
  struct Summary {
    int more = 0;
    std::optional<Tide> results_in(const Tide& tide) const { return Tide{tide.number + more}; }
    std::optional<Summary> followed_by(const Summary& next) const {
      return Summary{more + next.more};
    }
    bool advances() const { return more != 0; }
    friend auto operator<=>(const Summary&, const Summary&) = default;
    friend bool less_equal(const Summary& a, const Summary& b) { return a.more <= b.more; }
  };

  int number = 0;

  static Tide minimum() { return {}; }
  friend auto operator<=>(const Tide&, const Tide&) = default;
  friend bool less_equal(const Tide& a, const Tide& b) { return a.number <= b.number; }
#ifndef MISTAKE
  friend std::ostream& operator<<(std::ostream& out, const Tide& tide) {
    return out << tide.number;
  }
#endif
};

template <>
struct std::hash<Tide> {
  std::size_t operator()(const Tide& tide) const noexcept {
    return static_cast<std::size_t>(tide.number);
  }
};

static_assert(Timestamp<Tide>);
