// SPDX-License-Identifier: MIT
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/std_output.hpp>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <sstream>
#include <unistd.h>

namespace tidemark {

void StdOutput::write(void (*print)(std::ostream& out, const void* batch), const void* batch) {
  std::ostringstream text;
  print(text, batch);
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const bool had_failed = std::ferror(stdout) != 0;
  while (std::fflush(stdout) != 0 && errno == EINTR)  // else the write tells what is wrong
    if (!had_failed) std::clearerr(stdout);
  write_all(STDOUT_FILENO, text.view(), "standard output");
}

}  // namespace tidemark
