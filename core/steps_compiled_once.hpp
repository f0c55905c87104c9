// SPDX-License-Identifier: MIT
//
// What lies between steps is compiled once for the usual timestamps, at all depths of their loops,
// as the engine is (compiled_once.hpp): a step's source file compiles what touches its records.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <string>

namespace tidemark {

/// What is compiled for a timestamp of streams, each with `extern_` before it.
#define TIDEMARK_STEPS(extern_, ...)                                                            \
  extern_ template class InputQueue<__VA_ARGS__>;                                               \
  extern_ template class AnyInput<__VA_ARGS__>;                                                 \
  extern_ template class AnyOutput<__VA_ARGS__>;                                                \
  extern_ template struct AnyStream<__VA_ARGS__>;                                               \
  extern_ template class AnyOpenInput<__VA_ARGS__>;                                             \
  extern_ template class OperatorBuilder<__VA_ARGS__>;                                          \
  extern_ template AnyStream<__VA_ARGS__> detail::bounded(const AnyStream<__VA_ARGS__>&);       \
  extern_ template AnyStream<__VA_ARGS__> detail::add_fused_step(const AnyStream<__VA_ARGS__>&, \
                                                                 std::string, std::string)

TIDEMARK_STEPS(extern, Epoch);
TIDEMARK_STEPS(extern, Nested<Epoch, 0, 1>);
TIDEMARK_STEPS(extern, Nested<Epoch, 1, 1>);
TIDEMARK_STEPS(extern, Nested<Epoch, 0, 2>);
TIDEMARK_STEPS(extern, Nested<Epoch, 1, 2>);
TIDEMARK_STEPS(extern, Nested<Epoch, 2, 2>);
TIDEMARK_STEPS(extern, Product<Epoch, Epoch>);

}  // namespace tidemark
