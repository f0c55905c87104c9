// SPDX-License-Identifier: MIT
//
// Saved keys: what is kept of a key, as a store keeps it.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/operators/keyed.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tidemark::detail {

/// Says that the keys that were saved have another hash than in the run that saved them.
[[noreturn]] void refuse_route(const std::string& step);

/// Says that the store gives two keys that are one.
[[noreturn]] void refuse_twice(const std::string& step);

/// Says that the store gives a worker what belongs to another.
[[noreturn]] void refuse_share(const std::string& step, const SavedShare& share);

/// A `Saved` of each `Key`, by their codecs. The route of a key brings its records and what is
/// saved of it to the same worker. Keys that are one are one in the store, too: a NaN is written as
/// the usual one, and any zero as 0. Equal keys of a type of your own must be equal as bytes.
template <typename Key, typename Saved>
struct SavedKeys {
  static constexpr bool encodable = Encodable<Key> && Encodable<Saved>;

  /// Null: nothing is kept of the key any more.
  static SavedState write(const Key& key, const Saved* saved)
    requires encodable
  {
    SavedState written{to_bytes<Key>(canonical(key)), std::nullopt, ByKey::of(key)};
    if (saved != nullptr) written.state = to_bytes(*saved);
    return written;
  }

  /// Calls `take(key, saved)` for each key of this worker that the run's store keeps. Throws
  /// BadBytes for what is of other types, DataflowError for what is not this worker's.
  template <typename Take>
    requires encodable
  static void load(const Worker& worker, const std::string& step, Take take) {
    const SavedShare share{worker.index(), worker.peers()};
    for (const SavedState& saved : worker.states()->load(step, share)) {
      if (!share.has(saved.route)) refuse_share(step, share);
      Key key = from_bytes<Key>(saved.key);
      if (ByKey::of(key) != saved.route) refuse_route(step);
      take(std::move(key), from_bytes<Saved>(*saved.state));
    }
  }
};

}  // namespace tidemark::detail
