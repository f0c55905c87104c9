// SPDX-License-Identifier: MIT
//
// What the members of a struct are called.
#pragma once

#include <tidemark/core/print_item.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>

namespace tidemark::detail {

/// A struct that lists its members (codec.hpp), and says what they are called:
///
///     static auto fields(auto& self) { return std::tie(self.sensor, self.value); }
///     static constexpr std::array<std::string_view, 2> names{"sensor", "value"};
template <typename Item>
concept HasNames = HasFields<Item> && requires {
  requires Item::names.size() == std::tuple_size_v<FieldsOf<Item>>;
  std::string_view(Item::names[0]);
};

}  // namespace tidemark::detail
