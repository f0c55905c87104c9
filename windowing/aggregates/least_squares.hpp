// SPDX-License-Identifier: MIT
//
// LeastSquares: a linear model of the values of a window.
#pragma once

#include <tidemark/windowing/aggregate.hpp>
#include <tidemark/windowing/aggregates/eigen_codec.hpp>
#include <tidemark/windowing/aggregates/vector_size.hpp>

#include <Eigen/Core>
#include <Eigen/QR>

#include <cstdint>
#include <tuple>
#include <utility>

namespace tidemark {

/// The coefficients c of N predictors for which the sum of (y - c.x)^2 is least, over values that
/// are pairs (x, y); of several, the shortest. For an intercept let one predictor be 1. By the
/// normal equations, so keep the predictors of similar size: their condition is squared. Throws
/// std::invalid_argument where the values of a key have not all as many predictors.
///
/// Cost: O(N^2) for a value and a combine, O(N^3) for a result.
template <int N, typename Scalar = double>
struct LeastSquares {
  using Vector = Eigen::Matrix<Scalar, N, 1, Eigen::DontAlign>;  ///< of a number for each predictor
  using Matrix = Eigen::Matrix<Scalar, N, N, Eigen::DontAlign>;  ///< of one for each two

  /// The model of a window.
  struct Result {
    std::uint64_t count = 0;  ///< of values
    Vector coefficients{};    ///< c
    Scalar residual = 0;      ///< the sum of squares that is left
  };
  /// Sums over the values.
  struct Accumulator {
    std::uint64_t count = 0;  ///< of values
    Matrix xx{};              ///< of x x^T
    Vector xy{};              ///< of x y
    Scalar yy = 0;            ///< of y^2

    /// For its Codec (core/codec.hpp).
    static auto fields(auto& self) { return std::tie(self.count, self.xx, self.xy, self.yy); }
  };
  ///@{
  /// As Aggregate says (aggregate.hpp).
  static constexpr Algebra algebra = Algebra::associative;
  static constexpr bool commutative = true;
  ///@}

  ///@{
  /// As Aggregate says (aggregate.hpp). `add` and `combine` throw std::invalid_argument where the
  /// numbers of predictors differ.
  template <typename X, typename Y>
  Accumulator first(const std::pair<X, Y>& value, EventTime) {
    const auto& [x, y] = value;
    return {1, x * x.transpose(), x * y, y * y};
  }
  template <typename X, typename Y>
  void add(Accumulator& all, const std::pair<X, Y>& value, EventTime time) {
    combine(all, first(value, time));
  }
  void combine(Accumulator& all, const Accumulator& later) {
    detail::require_size("LeastSquares", later.xy.size(), all.xy.size());
    all.count += later.count;
    all.xx += later.xx;
    all.xy += later.xy;
    all.yy += later.yy;
  }
  Result result(const Accumulator& all) {
    const Vector c = all.xx.completeOrthogonalDecomposition().solve(all.xy);
    const Scalar residual = all.yy - 2 * c.dot(all.xy) + c.dot(all.xx * c);
    return {all.count, c, residual > 0 ? residual : 0};
  }
  ///@}
};

}  // namespace tidemark
