// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>

namespace tidemark::detail {

void refuse_route(const std::string& step) {
  throw DataflowError("step '" + step +
                      "': a key that was saved has another hash in this run, so its records would "
                      "go to another worker than what is kept of it; a std::hash of one's own must "
                      "give the same in each run");
}

}  // namespace tidemark::detail
