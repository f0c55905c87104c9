// SPDX-License-Identifier: MIT
#include <tidemark/core/type_name.hpp>

#include <cstddef>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <string_view>
#include <vector>

namespace tidemark {
namespace {

constexpr std::string_view unnamed = "(anonymous namespace)::";

}  // namespace

std::string type_name(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
  return plain ? plain.get() : type.name();
}

std::string unscoped_name(const std::type_info& type) {
  std::string whole = type_name(type), name;
  for (std::size_t at = 0; (at = whole.find(unnamed)) != std::string::npos;)
    whole.erase(at, unnamed.size());
  std::size_t depth = 0, arguments = std::string::npos;
  bool is_open = false;  // what stands in the arguments is named by where it stands
  std::vector<std::size_t> begins{0};
  for (const char c : whole) {
    if (c == '<' && depth++ == 0) arguments = name.size(), is_open = false;
    if (c == '>') --depth;
    if (c == '(' || c == '{') is_open = true;
    if (c == ':') {  // drops what has been taken for the name
      name.resize(begins.back());
      if (depth == 0) arguments = std::string::npos;
      continue;
    }
    name += c;
    if (c == '<') begins.push_back(name.size());
    if (c == '>') begins.pop_back();
    if (c == ',' || c == ' ') begins.back() = name.size();
  }
  return is_open ? name.substr(0, arguments) : name;
}

}  // namespace tidemark
