// SPDX-License-Identifier: MIT
//
// The codec of Eigen's matrices, vectors and arrays.
#pragma once

#include <tidemark/operators/codec.hpp>

#include <Eigen/Core>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

namespace tidemark {

/// Rows and columns, then the numbers as they lie in memory.
template <typename Dense>
  requires(!std::is_trivially_copyable_v<Dense> &&
           std::derived_from<Dense, Eigen::PlainObjectBase<Dense>> &&
           std::is_trivially_copyable_v<typename Dense::Scalar>)
struct Codec<Dense> {
  using Scalar = typename Dense::Scalar;

  static std::string signature() { return "[[" + Codec<Scalar>::signature() + "]]"; }
  static void write(std::string& to, const Dense& values) {
    Codec<std::int64_t>::write(to, values.rows());
    Codec<std::int64_t>::write(to, values.cols());
    to.append(reinterpret_cast<const char*>(values.data()), size_of(values));
  }
  static Dense read(ByteReader& from) {
    const auto rows = Codec<std::int64_t>::read(from);
    const auto columns = Codec<std::int64_t>::read(from);
    Dense values;
    values.resize(rows, columns);
    if (values.size() != 0)
      std::memcpy(values.data(), from.take(size_of(values)).data(), size_of(values));
    return values;
  }

 private:
  static std::size_t size_of(const Dense& values) {
    return static_cast<std::size_t>(values.size()) * sizeof(Scalar);
  }
};

}  // namespace tidemark
