// SPDX-License-Identifier: MIT
#include <tidemark/core/type_name.hpp>

#include <cstddef>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace tidemark {

std::string type_name(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
  return plain ? plain.get() : type.name();
}

std::string unscoped_name(const std::type_info& type) {
  const std::string name = type_name(type);
  std::size_t begin = 0, end = name.size(), depth = 0;
  for (std::size_t i = 0; i != name.size(); ++i) {
    const char c = name[i];
    if (c == '<' && depth == 0) end = i;
    if (c == '<' || c == '(' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (c == ':' && depth == 0) begin = i + 1, end = name.size();
  }
  return name.substr(begin, end - begin);
}

}  // namespace tidemark
