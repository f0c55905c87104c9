// SPDX-License-Identifier: MIT
#include <tidemark/core/system_reason.hpp>

#include <cerrno>
#include <sys/resource.h>
#include <system_error>

namespace tidemark {
namespace {

/// Of a resource that is limited: how much of it there may be.
std::string limit_of(__rlimit_resource resource, const char* before, const char* after) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "";
  return before + std::to_string(limit.rlim_cur) + after;
}

}  // namespace

std::string system_reason(int error_number) {
  std::string text = std::generic_category().message(error_number);
  if (error_number == EMFILE)
    text += limit_of(RLIMIT_NOFILE, " (this process may have ", " open; 'ulimit -n' raises that)");
  if (error_number == ENFILE) text += " (in all processes together; 'fs.file-max' bounds that)";
  if (error_number == ENOMEM)
    text += limit_of(RLIMIT_AS, " (this process may have ", " bytes; 'ulimit -v' raises that)");
  if (error_number == EFBIG)
    text += limit_of(RLIMIT_FSIZE, " (a file that this process writes may have ",
                     " bytes; 'ulimit -f' raises that)");
  return text;
}

}  // namespace tidemark
