// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>

namespace tidemark::detail {

void require_savable(const std::string& kind, const std::string& id, bool on_epochs,
                     bool has_codecs) {
  const std::string step = id.empty() ? "a " + kind + " step" : kind + " '" + id + "'";
  if (id.empty())
    throw DataflowError(step +
                        " has no id by which its state could be found again; in a run that saves "
                        "states every stateful step, source and sink must have one");
  if (!on_epochs)
    throw DataflowError(step +
                        " is on timestamps that are no epochs; in a run that saves states it must "
                        "stand outside of loops, in a dataflow on epochs");
  if (!has_codecs)
    throw DataflowError(step +
                        " keeps values whose Codec says that they are not saved (NotSaved); run it "
                        "without a store, or write their Codec");
}

}  // namespace tidemark::detail
