// SPDX-License-Identifier: MIT
#include <tidemark/core/hash.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/progress/error.hpp>

#include <sstream>
#include <string>

namespace tidemark::detail {

void refuse_key(const std::type_info& type, const void* key,
                void (*print)(std::ostream&, const void*)) {
  std::ostringstream which;
  which << "a key";
  if (print != nullptr) {
    which << ", '";
    print(which, key);
    which << "',";
  }
  throw DataflowError(which.str() + " of type " + type_name(type) +
                      " is not equal to itself, so what is kept of it would not be found again; "
                      "let its == compare what may be NaN by tidemark::KeyEqual");
}

}  // namespace tidemark::detail
