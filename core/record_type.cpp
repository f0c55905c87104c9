// SPDX-License-Identifier: MIT
#include <tidemark/core/record_type.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace tidemark {

std::string RecordType::name() const {
  const char* const mangled = type().name();
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr), std::free);
  return plain ? plain.get() : mangled;
}

}  // namespace tidemark
