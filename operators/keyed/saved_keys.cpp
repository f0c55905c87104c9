// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>

#include <string>

namespace tidemark::detail {

void refuse_route(const std::string& step) {
  throw DataflowError("step '" + step +
                      "': a key that was saved has another hash in this run, so its records would "
                      "go to another worker than what is kept of it; a std::hash of one's own must "
                      "give the same in each run");
}

void refuse_twice(const std::string& step) {
  throw DataflowError("step '" + step +
                      "': the store keeps two keys that are equal, so it cannot be known which of "
                      "their states is right; equal keys must be written as equal bytes (a struct "
                      "with padding needs fields, or a Codec)");
}

void refuse_share(const std::string& step, const SavedShare& share) {
  throw DataflowError("step '" + step + "' at worker " + std::to_string(share.worker) + " of " +
                      std::to_string(share.workers) +
                      ": the store gives it a key whose route leads to another worker; "
                      "StateStore::load is to give those of the share alone");
}

}  // namespace tidemark::detail
