// SPDX-License-Identifier: MIT
//
// The engine for epochs is compiled once, in compiled_once.cpp, and not in every source file that
// builds a dataflow: that takes a third of such a file's time. Other timestamps are compiled where
// they are used.
#pragma once

#include <tidemark/core/assembly.hpp>
#include <tidemark/core/inquiry.hpp>
#include <tidemark/core/instance.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/shared_dataflow.hpp>
#include <tidemark/core/shared_exchange.hpp>
#include <tidemark/core/shared_ledger.hpp>
#include <tidemark/core/trace_explainer.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace tidemark {

extern template class Topology<Epoch>;
extern template class TopologyBuilder<Epoch>;
extern template class Tracker<Epoch>;
extern template class Ledger<Epoch>;
extern template class PathsTo<Epoch>;
extern template class SharedLedger<Epoch>;
extern template class SharedExchange<Epoch>;
extern template class Inquiry<Epoch>;
extern template class TraceExplainer<Epoch>;
extern template class SharedDataflow<Epoch>;
extern template class Instance<Epoch>;
extern template class Assembly<Epoch>;
extern template std::shared_ptr<SharedDataflow<Epoch>> Process::attach<Epoch>(
    std::uint32_t, std::uint32_t, Topology<Epoch>, FlowGraph, std::span<const Source>);

}  // namespace tidemark
