// SPDX-License-Identifier: MIT
//
// raises: a stream on which nothing may come.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/core/print_item.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tidemark {

/// Any record ends the run with a StepError that shows it, if it can be printed.
///
///     orders | filter(is_negative) | raises("no negative orders")
inline auto raises(std::string id = "") {
  return [id]<typename T, typename Item>(Stream<T, Item> input) {
    return fuse_in_place(input, "raises", id, [](const T&, std::vector<Item>& records) {
      std::ostringstream text;
      text << "a record has come where none may come";
      if constexpr (Printable<Item>) print_item(text << ": ", records.front());
      throw std::runtime_error(text.str());
    });
  };
}

}  // namespace tidemark
