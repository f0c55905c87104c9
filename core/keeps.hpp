// SPDX-License-Identifier: MIT
//
// What an operator keeps between its activations, and what becomes of that in a run with a store.
#pragma once

#include <tidemark/core/encodable.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace tidemark {

/// Said of an operator when it is built (OperatorBuilder::keeps). In a run with a StateStore one
/// that keeps something `unsaved` is refused, for the next run would go on without it.
struct Keeps {
  /// What an operator has between two activations.
  enum What {
    nothing,       ///< each batch is worked on by itself
    within_epoch,  ///< of epochs that are not complete, and it forgets each when that is
    saved,         ///< a store is told of it (StateStore::save), and it begins with what that gives
    cache,         ///< results do not depend on it, only how soon they come
    unsaved,       ///< anything else
  };

  /// `to_do` becomes `instead`.
  constexpr Keeps(What kept, const char* to_do = nullptr)  // NOLINT: `Keeps::nothing` is one
      : what(kept),
        instead(to_do) {}

  What what;            ///< that it keeps
  const char* instead;  ///< what to do with what is unsaved in a run with a store; never freed
};

namespace detail {

/// How values come to be saved whose type has no codec, or one that says NotSaved.
std::string how_to_save(const std::type_info& type, bool says_not_saved);

}  // namespace detail

/// The one of a step that tells a store of values of these types, and can if they are all
/// encodable. Else the step runs where nothing is saved, and a run with a store names the first
/// that is not.
template <typename... Values>
Keeps saved_if(bool encodable) {
  if (encodable) return Keeps::saved;
  static const std::string instead = [] {
    std::string first;
    const auto look_at = [&]<typename Value>(std::type_identity<Value>) {
      if (first.empty() && !Encodable<Value>)
        first = detail::how_to_save(typeid(Value), std::derived_from<Codec<Value>, NotSaved>);
    };
    (look_at(std::type_identity<Values>()), ...);
    return first;
  }();
  return {Keeps::unsaved, instead.c_str()};
}

/// Throws DataflowError unless a step that keeps this may stand in a run with a store: what is
/// saved is found again by the step's id and its epochs.
void require_kept(const Keeps& keeps, const std::string& kind, const std::string& id,
                  bool on_epochs);

}  // namespace tidemark
