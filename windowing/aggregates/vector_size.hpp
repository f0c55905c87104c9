// SPDX-License-Identifier: MIT
//
// How many numbers the vectors of an aggregate have: of Eigen::Dynamic only the run can tell.
#pragma once

#include <Eigen/Core>

#include <stdexcept>
#include <string>

namespace tidemark::detail {

/// Throws std::invalid_argument if a vector of `size` numbers comes to others of `before`.
inline void require_size(const char* aggregate, Eigen::Index size, Eigen::Index before) {
  if (size != before)
    throw std::invalid_argument(std::string(aggregate) + ": a vector of " + std::to_string(size) +
                                " numbers comes to one of " + std::to_string(before) +
                                "; all vectors of a key must have as many");
}

}  // namespace tidemark::detail
