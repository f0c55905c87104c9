// SPDX-License-Identifier: MIT
//
// Alternate stacks: where a signal is handled whose thread has used up its own.
#pragma once

namespace tidemark {

/// Gives this thread a stack for the handlers of signals (sigaltstack(2)) until it ends, if it has
/// none and there is memory for it. Threads of runs have one. Thread: any.
void have_alternate_stack() noexcept;

}  // namespace tidemark
