// SPDX-License-Identifier: MIT
//
// The name of a type, as it stands in the program.
#pragma once

#include <string>
#include <typeinfo>

namespace tidemark {

/// With its namespaces, and the same from every compiler that mangles names as g++ and clang do.
std::string type_name(const std::type_info& type);

/// Without what the type stands in, so that it stays the same while the code around it changes: of
/// `shop::Basket<shop::Fruit>` Basket<Fruit>. Without arguments, too, if there is a function or a
/// lambda among them, whose name is but a number.
std::string unscoped_name(const std::type_info& type);

}  // namespace tidemark
