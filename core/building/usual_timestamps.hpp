// SPDX-License-Identifier: MIT
//
// What is compiled once for the usual timestamps, in the library.
#pragma once

#include <tidemark/core/building/assembly_bodies.hpp>
#include <tidemark/core/building/event_time_bodies.hpp>
#include <tidemark/core/building/fused_bodies.hpp>
#include <tidemark/core/building/operator_bodies.hpp>
#include <tidemark/core/building/ports_bodies.hpp>
#include <tidemark/core/building/probe_bodies.hpp>
#include <tidemark/core/building/rights_bodies.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <string>

namespace tidemark {

/// For a timestamp of ledgers, each with `extern_` before it.
#define TIDEMARK_ENGINE(extern_, ...)                                                              \
  extern_ template struct CapabilityBook<__VA_ARGS__>;                                             \
  extern_ template class Assembly<__VA_ARGS__>;                                                    \
  extern_ template class AnyScope<__VA_ARGS__>;                                                    \
  extern_ template detail::OpenAssembly<__VA_ARGS__> detail::begin_assembly(Worker&, std::string); \
  extern_ template void detail::finish_assembly(Assembly<__VA_ARGS__>&)

/// For a timestamp of streams.
#define TIDEMARK_STEPS(extern_, ...)                                                            \
  extern_ template class Capability<__VA_ARGS__>;                                               \
  extern_ template class detail::OpenList<__VA_ARGS__>;                                         \
  extern_ template class Notificator<__VA_ARGS__>;                                              \
  extern_ template class AnyBatch<__VA_ARGS__>;                                                 \
  extern_ template class BatchPool<__VA_ARGS__>;                                                \
  extern_ template class Tee<__VA_ARGS__>;                                                      \
  extern_ template class InputQueue<__VA_ARGS__>;                                               \
  extern_ template class AnyInput<__VA_ARGS__>;                                                 \
  extern_ template class AnyOutput<__VA_ARGS__>;                                                \
  extern_ template struct AnyStream<__VA_ARGS__>;                                               \
  extern_ template class AnyOpenInput<__VA_ARGS__>;                                             \
  extern_ template class OperatorBuilder<__VA_ARGS__>;                                          \
  extern_ template class Probe<__VA_ARGS__>;                                                    \
  extern_ template AnyStream<__VA_ARGS__> detail::bounded(const AnyStream<__VA_ARGS__>&);       \
  extern_ template AnyStream<__VA_ARGS__> detail::add_fused_step(const AnyStream<__VA_ARGS__>&, \
                                                                 std::string, std::string);     \
  extern_ template detail::FusedName detail::name_of(const AnyStream<__VA_ARGS__>&);            \
  extern_ template void detail::FusedName::rethrow(const __VA_ARGS__&) const;                   \
  extern_ template EventSource<Level<__VA_ARGS__>::Ledger>& read_stamps(                        \
      const AnyStream<__VA_ARGS__>&, Span, std::optional<Span>)

/// All of them.
#define TIDEMARK_USUAL_TIMESTAMPS(extern_)         \
  TIDEMARK_ENGINE(extern_, Epoch);                 \
  TIDEMARK_ENGINE(extern_, Nested<Epoch, 1>);      \
  TIDEMARK_ENGINE(extern_, Nested<Epoch, 2>);      \
  TIDEMARK_ENGINE(extern_, Product<Epoch, Epoch>); \
  TIDEMARK_STEPS(extern_, Epoch);                  \
  TIDEMARK_STEPS(extern_, Nested<Epoch, 0, 1>);    \
  TIDEMARK_STEPS(extern_, Nested<Epoch, 1, 1>);    \
  TIDEMARK_STEPS(extern_, Nested<Epoch, 0, 2>);    \
  TIDEMARK_STEPS(extern_, Nested<Epoch, 1, 2>);    \
  TIDEMARK_STEPS(extern_, Nested<Epoch, 2, 2>);    \
  TIDEMARK_STEPS(extern_, Product<Epoch, Epoch>)

TIDEMARK_USUAL_TIMESTAMPS(extern);

}  // namespace tidemark
