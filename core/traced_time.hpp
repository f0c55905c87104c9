// SPDX-License-Identifier: MIT
//
// Traced times: timestamps as a trace writes them.
#pragma once

#include <tidemark/core/text.hpp>
#include <tidemark/progress/coordinates.hpp>

#include <string>

namespace tidemark {

/// A timestamp without its type: its coordinates or, of a type of a program's own, what it prints.
struct TracedTime {
  Coordinates coordinates;  ///< of no meaning if there is a text
  std::string text;         ///< empty: the coordinates say it
};

/// A timestamp without its type.
template <Timestamp T>
TracedTime traced_time(const T& time) {
  if constexpr (HasCoordinates<T>) {
    return {coordinates(time), {}};
  } else {
    return {{}, to_text(time)};
  }
}

}  // namespace tidemark
