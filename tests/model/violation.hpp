// SPDX-License-Identifier: MIT
//
// The invariants, under the names that they have in their sources, and how one is broken.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::model {

/// FORTE 2013: Abadi, McSherry, Murray, Rodeheffer, "Formal analysis of a distributed algorithm for
/// tracking progress". ITP 2021: Brun, Decova, Lattuada, Traytel, "Verified progress tracking for
/// Timely Dataflow". README.md says what each means.
enum class Invariant : std::uint8_t {
  record_count,      ///< FORTE 2013, GlobalRecordCount
  safety,            ///< FORTE 2013, GlobVacantUpto implies NrecVacantUpto
  sticky_view,       ///< FORTE 2013, GlobVacantUpto is sticky; ITP 2021, glob is monotone
  sticky_truth,      ///< FORTE 2013, NrecVacantUpto is sticky
  batch_rule,        ///< FORTE 2013, upright changes; ITP 2021, only what capabilities allow
  justified,         ///< FORTE 2013, TempUpright, IncomingInfoUpright; ITP 2021, justified
  implied_frontier,  ///< ITP 2021, the frontier of imp is the implied frontier
  no_negative,       ///< ours: with one ledger no count is negative
  end,               ///< ours: an end with empty frontiers stays reachable
  promise_kept,      ///< ours, as the following: no part sends what it has promised not to send
  frontier_decides,  ///< what a step knows of event time is a function of its frontier
  sticky_watermark,  ///< a step's watermark never moves back
  not_late,          ///< what is in order by its own part comes before its time is closed
};
inline constexpr int invariants = 13;

/// Such as "GlobalRecordCount".
std::string name_of(Invariant invariant);

/// Which invariants are checked: all, unless some are named.
class CheckedInvariants {
 public:
  CheckedInvariants() { checked_.fill(true); }

  /// From here on only these.
  void check_only(const std::vector<Invariant>& only) {
    checked_.fill(false);
    for (const Invariant invariant : only) checked_[static_cast<std::size_t>(invariant)] = true;
  }
  bool checks(Invariant invariant) const { return checked_[static_cast<std::size_t>(invariant)]; }

 private:
  std::array<bool, invariants> checked_;
};

struct Violation {
  Invariant invariant{};
  std::string sentence;
  std::uint32_t ledger = 0;  ///< whose view it is about
};

}  // namespace tidemark::model
