// SPDX-License-Identifier: MIT
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/type_name.hpp>

namespace tidemark {

std::string RecordType::name() const {
  return type_name(type());
}

}  // namespace tidemark
