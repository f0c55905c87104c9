// SPDX-License-Identifier: MIT
//
// Histogram: how many values are where.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/aggregate.hpp>
#include <tidemark/windowing/aggregates/eigen_codec.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace tidemark {

/// Counts numbers in `bins` parts of equal width of [low, high), those outside it apart. Exact, and
/// so invertible. Throws ConfigError unless low < high, both are finite, and there is a bin.
///
/// Cost: O(1) for a value, O(bins) for a combine.
class Histogram {
 public:
  using Counts = Eigen::Array<std::uint64_t, Eigen::Dynamic, 1>;  ///< a number for each bin

  /// How many values are where.
  struct Accumulator {
    Counts counts{};            ///< in each bin, from `low` on
    std::uint64_t below = 0;    ///< below low
    std::uint64_t above = 0;    ///< at or above high
    std::uint64_t unknown = 0;  ///< not a number

    /// For its Codec (core/codec.hpp).
    static auto fields(auto& self) {
      return std::tie(self.counts, self.below, self.above, self.unknown);
    }
  };
  ///@{
  /// As Aggregate says (aggregate.hpp); the result is the accumulator.
  using Result = Accumulator;
  static constexpr Algebra algebra = Algebra::invertible;
  static constexpr bool commutative = true;
  ///@}

  /// Throws ConfigError unless low < high, both are finite, and there is a bin.
  Histogram(double low, double high, std::uint32_t bins) : low_(low), high_(high), bins_(bins) {
    if (!(low < high) || !std::isfinite(high - low) || bins == 0)
      throw ConfigError("Histogram: " + std::to_string(bins) + " bins from " + std::to_string(low) +
                        " to " + std::to_string(high) +
                        "; it needs at least one, and finite ends of which the first is less");
  }

  ///@{
  /// As Aggregate says (aggregate.hpp). `combine` and `subtract` throw BadBytes where the bins
  /// differ, as `add` does.
  Accumulator first(double value, EventTime time) {
    Accumulator all{Counts::Zero(bins_)};
    add(all, value, time);
    return all;
  }
  /// As Aggregate says. Throws BadBytes for an accumulator of a histogram with other bins, which a
  /// run has left.
  void add(Accumulator& all, double value, EventTime) {
    if (all.counts.size() != bins_) throw BadBytes();
    if (std::isnan(value)) {
      ++all.unknown;
    } else if (value < low_) {
      ++all.below;
    } else if (value >= high_) {
      ++all.above;
    } else {
      const auto bin =
          static_cast<Eigen::Index>((value - low_) / (high_ - low_) * static_cast<double>(bins_));
      ++all.counts[bin < bins_ ? bin : bins_ - 1];  // rounding
    }
  }
  void combine(Accumulator& all, const Accumulator& later) {
    if (all.counts.size() != later.counts.size()) throw BadBytes();
    all.counts += later.counts;
    all.below += later.below;
    all.above += later.above;
    all.unknown += later.unknown;
  }
  void subtract(Accumulator& all, const Accumulator& earlier) {
    if (all.counts.size() != earlier.counts.size()) throw BadBytes();
    all.counts -= earlier.counts;
    all.below -= earlier.below;
    all.above -= earlier.above;
    all.unknown -= earlier.unknown;
  }
  Result result(Accumulator&& all) { return std::move(all); }
  ///@}

 private:
  double low_;
  double high_;
  Eigen::Index bins_;
};

}  // namespace tidemark
