// SPDX-License-Identifier: MIT
//
// Pinning: a thread that stays on one processor.
#pragma once

#include <cstdint>

namespace tidemark {

/// Has the calling thread run on one processor only: number `place` of those that the process may
/// use, counted on from the first again where there are fewer. Costs nothing where that is so
/// already. Returns whether the system does it. Threads that it starts stay there, too, but for
/// those of start_thread.
bool pin_thread(std::uint32_t place);
/// Undoes that, where it was done.
void unpin_thread();
/// Whether that was done.
bool thread_is_pinned();
/// Undoes it in a thread that was started by one of which it was done.
void unpin_inherited();

}  // namespace tidemark
