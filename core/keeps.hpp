// SPDX-License-Identifier: MIT
//
// What an operator keeps between its activations, and what becomes of that in a run with a store.
#pragma once

#include <string>

namespace tidemark {

/// Said of an operator when it is built (OperatorBuilder::keeps). In a run with a StateStore one
/// that keeps something `unsaved` is refused, for the next run would go on without it.
struct Keeps {
  enum What {
    nothing,       ///< each batch is worked on by itself
    within_epoch,  ///< of epochs that are not complete, and it forgets each when that is
    saved,         ///< a store is told of it (StateStore::save), and it begins with what that gives
    cache,         ///< results do not depend on it, only how soon they come
    unsaved,       ///< anything else
  };

  constexpr Keeps(What kept, const char* to_do = nullptr)  // NOLINT: `Keeps::nothing` is one
      : what(kept),
        instead(to_do) {}

  What what;
  const char* instead;  ///< a literal: what to do with what is unsaved in a run with a store
};

/// The one of a step that a store is told of if its types can be written, by their codecs.
constexpr Keeps saved_if(bool encodable) {
  if (encodable) return Keeps::saved;
  return {Keeps::unsaved, "write Codecs of its values, which say NotSaved"};
}

/// Throws DataflowError unless a step that keeps this may stand in a run with a store: what is
/// saved is found again by the step's id and its epochs.
void require_kept(const Keeps& keeps, const std::string& kind, const std::string& id,
                  bool on_epochs);

}  // namespace tidemark
