// SPDX-License-Identifier: MIT
#include <tidemark/core/compiled_once.hpp>

namespace tidemark {

template class Topology<Epoch>;
template class TopologyBuilder<Epoch>;
template class Tracker<Epoch>;
template class Ledger<Epoch>;
template class PathsTo<Epoch>;
template class SharedLedger<Epoch>;
template class SharedExchange<Epoch>;
template class Inquiry<Epoch>;
template class TraceExplainer<Epoch>;
template class SharedDataflow<Epoch>;
template class Instance<Epoch>;
template class Assembly<Epoch>;
template std::shared_ptr<SharedDataflow<Epoch>> Process::attach<Epoch>(std::uint32_t, std::uint32_t,
                                                                       Topology<Epoch>, FlowGraph,
                                                                       std::span<const Source>);

}  // namespace tidemark
