// SPDX-License-Identifier: MIT
//
// MeanCovariance: mean and covariance of vectors, in one pass.
#pragma once

#include <tidemark/windowing/aggregate.hpp>
#include <tidemark/windowing/aggregates/eigen_codec.hpp>
#include <tidemark/windowing/aggregates/vector_size.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <tuple>

namespace tidemark {

/// Mean and sample covariance of Eigen vectors of N numbers, or of Eigen::Dynamic. Numerically
/// stable: values by Welford's method, accumulators by that of Chan, Golub and LeVeque ("Updating
/// formulae and a pairwise algorithm for computing sample variances", 1979). It is not declared
/// invertible, for subtraction would lose what the method saves. Throws std::invalid_argument where
/// the vectors of a key have not all as many numbers.
///
/// Cost: O(N^2) for a value and for a combine.
template <int N, typename Scalar = double>
struct MeanCovariance {
  using Vector = Eigen::Matrix<Scalar, N, 1, Eigen::DontAlign>;  ///< a value, or a mean
  using Matrix = Eigen::Matrix<Scalar, N, N, Eigen::DontAlign>;  ///< a covariance

  /// What a window's values are like.
  struct Result {
    std::uint64_t count = 0;  ///< of values
    Vector mean{};            ///< of them
    Matrix covariance{};      ///< divided by count - 1; 0 for a single value
  };
  /// What is kept of values.
  struct Accumulator {
    std::uint64_t count = 0;  ///< of them
    Vector mean{};            ///< of them
    Matrix scatter{};         ///< the sum of (x - mean)(x - mean)^T

    /// For its Codec (core/codec.hpp).
    static auto fields(auto& self) { return std::tie(self.count, self.mean, self.scatter); }
  };
  ///@{
  /// As Aggregate says (aggregate.hpp).
  static constexpr Algebra algebra = Algebra::associative;
  static constexpr bool commutative = true;
  ///@}

  ///@{
  /// As Aggregate says (aggregate.hpp). `add` and `combine` throw std::invalid_argument where the
  /// vectors differ in length.
  template <typename Value>
  Accumulator first(const Value& value, EventTime) {
    return {1, value, Matrix::Zero(value.size(), value.size())};
  }
  template <typename Value>
  void add(Accumulator& all, const Value& value, EventTime) {
    detail::require_size("MeanCovariance", value.size(), all.mean.size());
    const Vector before = value - all.mean;
    all.mean += before / static_cast<Scalar>(++all.count);
    const Vector after = value - all.mean;
    all.scatter += before * after.transpose();
  }
  void combine(Accumulator& all, const Accumulator& later) {
    detail::require_size("MeanCovariance", later.mean.size(), all.mean.size());
    const auto n = static_cast<Scalar>(all.count);
    const auto m = static_cast<Scalar>(later.count);
    const Vector apart = later.mean - all.mean;
    all.mean += apart * (m / (n + m));
    all.scatter += later.scatter + apart * apart.transpose() * (n * m / (n + m));
    all.count += later.count;
  }
  Result result(const Accumulator& all) {
    return {all.count, all.mean,
            all.scatter / static_cast<Scalar>(all.count > 1 ? all.count - 1 : 1)};
  }
  ///@}
};

}  // namespace tidemark
