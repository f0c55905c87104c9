// SPDX-License-Identifier: MIT
#include <tidemark/core/type_name.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace tidemark {

std::string type_name(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
  return plain ? plain.get() : type.name();
}

}  // namespace tidemark
