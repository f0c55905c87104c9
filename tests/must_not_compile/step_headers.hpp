// SPDX-License-Identifier: MIT
//
// What most of these programs include, to be precompiled.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>
