// SPDX-License-Identifier: MIT
//
// The invariants, under the names that they have in their sources, and how one is broken.
#pragma once

#include <cstdint>
#include <string>

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
};
inline constexpr int invariants = 9;

/// Such as "GlobalRecordCount".
std::string name_of(Invariant invariant);

struct Violation {
  Invariant invariant{};
  std::string sentence;
  std::uint32_t ledger = 0;  ///< whose view it is about
};

}  // namespace tidemark::model
