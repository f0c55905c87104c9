// SPDX-License-Identifier: MIT
//
// What the instances of the usual timestamps are made of, compiled once.
#pragma once

#include <tidemark/core/building/usual_timestamps.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/observe/inquiry.hpp>
#include <tidemark/core/observe/trace_explainer.hpp>
#include <tidemark/core/process/dataflow_registry.hpp>
#include <tidemark/core/reports/shared_stations.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace tidemark {

/// For a timestamp of ledgers, each with `extern_` before it.
#define TIDEMARK_INSTANCE(extern_, ...)                                                      \
  extern_ template class Topology<__VA_ARGS__>;                                              \
  extern_ template class TopologyBuilder<__VA_ARGS__>;                                       \
  extern_ template class Tracker<__VA_ARGS__>;                                               \
  extern_ template class Ledger<__VA_ARGS__>;                                                \
  extern_ template class PathsTo<__VA_ARGS__>;                                               \
  extern_ template class SharedLedger<__VA_ARGS__>;                                          \
  extern_ template class SharedStations<__VA_ARGS__>;                                        \
  extern_ template class Inquiry<__VA_ARGS__>;                                               \
  extern_ template class TraceExplainer<__VA_ARGS__>;                                        \
  extern_ template class SharedDataflow<__VA_ARGS__>;                                        \
  extern_ template class Instance<__VA_ARGS__>;                                              \
  extern_ template std::shared_ptr<SharedDataflow<__VA_ARGS__>>                              \
  DataflowRegistry::attach<__VA_ARGS__>(std::uint32_t, std::uint32_t, Topology<__VA_ARGS__>, \
                                        FlowGraph, std::span<const SourcePort>,              \
                                        const ReportingSetup&)

#define TIDEMARK_INSTANCES(extern_)             \
  TIDEMARK_INSTANCE(extern_, Epoch);            \
  TIDEMARK_INSTANCE(extern_, Nested<Epoch, 1>); \
  TIDEMARK_INSTANCE(extern_, Nested<Epoch, 2>); \
  TIDEMARK_INSTANCE(extern_, Product<Epoch, Epoch>)

TIDEMARK_INSTANCES(extern);

}  // namespace tidemark
