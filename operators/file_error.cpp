// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>

#include <system_error>

namespace tidemark {

void throw_file_error(const std::string& verb, const std::string& path, int error_number) {
  throw FileError("cannot " + verb + " '" + path +
                  "': " + std::generic_category().message(error_number));
}

}  // namespace tidemark
