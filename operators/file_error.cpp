// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>

#include <cerrno>
#include <sys/resource.h>
#include <system_error>

namespace tidemark {
namespace {

std::string reason(int error_number) {
  std::string text = std::generic_category().message(error_number);
  rlimit limit{};
  if (error_number == EMFILE && ::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    text += " (this process may have " + std::to_string(limit.rlim_cur) +
            " open; 'ulimit -n' raises that)";
  return text;
}

}  // namespace

void throw_file_error(const std::string& verb, const std::string& path, int error_number) {
  throw FileError("cannot " + verb + " '" + path + "': " + reason(error_number));
}

}  // namespace tidemark
