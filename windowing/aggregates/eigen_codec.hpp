// SPDX-License-Identifier: MIT
//
// The codec of Eigen's matrices, vectors and arrays.
#pragma once

#include <tidemark/core/codec.hpp>

#include <Eigen/Core>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tidemark {

/// Rows and columns, then the numbers as they lie in memory.
template <typename Dense>
  requires(!std::is_trivially_copyable_v<Dense> &&
           std::derived_from<Dense, Eigen::PlainObjectBase<Dense>> &&
           std::is_trivially_copyable_v<typename Dense::Scalar>)
struct Codec<Dense> {
  using Scalar = typename Dense::Scalar;  ///< of a single number

  ///@{
  /// As Codec says (core/codec.hpp). `read` throws BadBytes, also for what has other rows or
  /// columns than the type must have.
  static std::string signature() { return std::string("[[") + Codec<Scalar>::signature() + "]]"; }
  static void write(std::string& to, const Dense& values) {
    Codec<std::uint64_t>::write(to, static_cast<std::uint64_t>(values.rows()));
    Codec<std::uint64_t>::write(to, static_cast<std::uint64_t>(values.cols()));
    to.append(reinterpret_cast<const char*>(values.data()),
              static_cast<std::size_t>(values.size()) * sizeof(Scalar));
  }
  static Dense read(ByteReader& from) {
    const auto rows = Codec<std::uint64_t>::read(from);
    const auto columns = Codec<std::uint64_t>::read(from);
    require_fits<Dense::RowsAtCompileTime>(rows);
    require_fits<Dense::ColsAtCompileTime>(columns);
    const std::string_view numbers = from.take(rows * columns * sizeof(Scalar));
    Dense values;
    values.resize(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
    if (!numbers.empty()) std::memcpy(values.data(), numbers.data(), numbers.size());
    return values;
  }
  ///@}

 private:
  /// The limit keeps the product of the two, and of a number's size, in range.
  template <int AtCompileTime>
  static void require_fits(std::uint64_t extent) {
    if (extent > 0x7fff'ffff ||
        (AtCompileTime != Eigen::Dynamic && extent != static_cast<std::uint64_t>(AtCompileTime)))
      throw BadBytes();
  }
};

}  // namespace tidemark
