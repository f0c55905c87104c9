// SPDX-License-Identifier: MIT
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/type_name.hpp>

#include <sstream>
#include <utility>

namespace tidemark {

std::string RecordType::name() const {
  return type_name(type());
}

std::string RecordStore::as_text(std::size_t record) const {
  if (type_->print == nullptr) return "a " + type_->name();
  std::ostringstream out;
  type_->print(out, get(), record);
  return std::move(out).str();
}

}  // namespace tidemark
