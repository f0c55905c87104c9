// SPDX-License-Identifier: MIT
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/std_output.hpp>

#include <mutex>
#include <unistd.h>

namespace tidemark {

void StdOutput::write(std::string_view text) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace tidemark
