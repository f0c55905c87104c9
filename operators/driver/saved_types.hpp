// SPDX-License-Identifier: MIT
//
// Saved types: of what types the keys and states are that a store keeps of a step.
#pragma once

#include <tidemark/core/state_store.hpp>

#include <cstdint>
#include <string>

namespace tidemark::detail {

/// The signatures of their codecs.
struct SavedTypes {
  std::string key;
  std::string state;
  friend bool operator==(const SavedTypes&, const SavedTypes&) = default;
};

/// True if the store knows of what types it keeps something of the step; false if it keeps nothing,
/// or knows of no types. Throws DataflowError if they are others.
bool require_types(const StateStore& store, const std::string& step, const SavedTypes& types);

/// Tells the store. They stand under a name of their own, by worker, so that what is kept of a key
/// is the key's alone.
void save_types(StateStore& store, const std::string& step, std::uint32_t worker,
                std::uint64_t epoch, const SavedTypes& types);

}  // namespace tidemark::detail
