// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/operators/driver/saved_types.hpp>

#include <utility>

namespace tidemark::detail {
namespace {

using Written = std::pair<std::string, std::string>;

std::string name_of_types(const std::string& step) {
  return "types of '" + step + "'";
}

std::string text_of(const SavedTypes& types) {
  return "keys of type " + types.key + " with states of type " + types.state;
}

}  // namespace

bool require_types(const StateStore& store, const std::string& step, const SavedTypes& types) {
  bool known = false;
  for (const SavedState& saved : store.load(name_of_types(step), {})) {
    auto [key, state] = from_bytes<Written>(*saved.state);
    const SavedTypes kept{std::move(key), std::move(state)};
    if (kept != types)
      throw DataflowError("step '" + step + "': the store keeps " + text_of(kept) +
                          ", and this step has " + text_of(types) +
                          "; go on with the types that were saved, give the step another id, or "
                          "begin with an empty store");
    known = true;
  }
  return known;
}

void save_types(StateStore& store, const std::string& step, std::uint32_t worker,
                std::uint64_t epoch, const SavedTypes& types) {
  store.save(name_of_types(step), worker, epoch,
             {{std::to_string(worker), to_bytes(Written(types.key, types.state)), 0}});
}

}  // namespace tidemark::detail
