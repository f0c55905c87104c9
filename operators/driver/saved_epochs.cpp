// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/driver/saved_epochs.hpp>

namespace tidemark::detail {

void refuse_early(const std::string& step, const std::string& time, const std::string& first) {
  throw DataflowError("step '" + step + "' was sent records at " + time +
                      ", and the run's store goes on with epoch " + first +
                      "; an input that the program feeds must advance_to the store's first_epoch "
                      "before it sends");
}

}  // namespace tidemark::detail
