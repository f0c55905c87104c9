// SPDX-License-Identifier: MIT
//
// The layers: a module sees only what it uses, so an include against the arrows finds no file.
#include <tidemark/progress/ledger.hpp>

#ifdef MISTAKE
#include <tidemark/core/flow_graph.hpp>
#endif
