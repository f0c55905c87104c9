// SPDX-License-Identifier: MIT
#include <tidemark/core/start_thread.hpp>

namespace tidemark {

ThreadError::ThreadError(const std::system_error& error)
    : std::runtime_error("cannot start a thread: " + error.code().message() +
                         "; how many there may be, 'ulimit -u' and the container's limit say, and "
                         "how much memory their "
                         "stacks take, 'ulimit -v'") {}

}  // namespace tidemark
