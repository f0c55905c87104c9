// SPDX-License-Identifier: MIT
//
// All that a program may include of core, in one header; the rooms of core are for core. Not here:
// <tidemark/core/own_timestamps.hpp>, which brings in the engine.
#pragma once

#include <tidemark/core/activator.hpp>
#include <tidemark/core/batch.hpp>
#include <tidemark/core/capability.hpp>
#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/codec.hpp>
#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/emitter.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/event_source.hpp>
#include <tidemark/core/event_stamps.hpp>
#include <tidemark/core/event_time.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/fused_outputs.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/core/in_hand.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/keeps.hpp>
#include <tidemark/core/network_options.hpp>
#include <tidemark/core/notificator.hpp>
#include <tidemark/core/open_input.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/print_item.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/timer.hpp>
#include <tidemark/core/timers.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/traffic.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/core/undefined.hpp>
#include <tidemark/core/unordered_input.hpp>
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/core/worker.hpp>
