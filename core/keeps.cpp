// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/keeps.hpp>
#include <tidemark/core/type_name.hpp>

namespace tidemark {

std::string detail::how_to_save(const std::type_info& type, bool says_not_saved) {
  const std::string name = type_name(type);
  if (says_not_saved)
    return "write a tidemark::Codec of " + name + " that saves it (what there is says NotSaved)";
  return "give " + name +
         " a tidemark::Codec: a struct has one by a line in it that lists its members, `static "
         "auto fields(auto& self) { return std::tie(self.a, self.b); }`; for another type "
         "specialise it";
}

void require_kept(const Keeps& keeps, const std::string& kind, const std::string& id,
                  bool on_epochs) {
  if (keeps.what != Keeps::saved && keeps.what != Keeps::unsaved) return;
  const std::string step = id.empty() ? "a " + kind + " step" : kind + " '" + id + "'";
  if (keeps.what == Keeps::unsaved)
    throw DataflowError(
        step +
        " keeps values from epoch to epoch that are not saved, and a run that saves states " +
        "cannot be gone on with without them; run it without a store, or " +
        (keeps.instead != nullptr ? keeps.instead
                                  : "save them (keyed_step does), or, if no result depends on them "
                                    "in a later epoch, say "
                                    "so by OperatorBuilder::keeps"));
  if (id.empty())
    throw DataflowError(step +
                        " has no id by which its state could be found again; in a run that saves "
                        "states every stateful step, source and sink must have one");
  if (!on_epochs)
    throw DataflowError(step +
                        " is on timestamps that are no epochs; in a run that saves states it must "
                        "stand outside of loops, in a dataflow on epochs");
}

}  // namespace tidemark
