// SPDX-License-Identifier: MIT
//
// flatten: ranges in, their elements out.
#pragma once

#include <tidemark/operators/stateless/flat_map.hpp>

#include <functional>
#include <string>

namespace tidemark {

/// Sends the elements of every record, which is a range, in order.
///
///     std::vectors | flatten()
inline auto flatten(std::string id = "") {
  return [id]<typename T, typename In>(Stream<T, In> input) {
    static_assert(std::ranges::input_range<In>,
                  "flatten: the stream's records must be ranges, such as std::vector");
    return detail::flat_map_as("flatten", id, std::identity())(input);
  };
}

}  // namespace tidemark
