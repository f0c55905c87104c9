// SPDX-License-Identifier: MIT
//
// All steps, sources and sinks in one header, but those that take another library. These are
// included by themselves:
//   JSON: <tidemark/operators/sources/json_lines_input.hpp>,
//     <tidemark/operators/sources/read_json.hpp>,
//     <tidemark/operators/sinks/json_lines_output.hpp>, <tidemark/operators/sinks/json_text.hpp>
//   Kafka, with the target tidemark::kafka: <tidemark/operators/kafka/kafka_input.hpp>,
//     <tidemark/operators/kafka/kafka_output.hpp>, <tidemark/operators/kafka/kafka_message.hpp>,
//     <tidemark/operators/kafka/kafka_position.hpp>
#pragma once

#include <tidemark/operators/captures/capture_event.hpp>
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/captures/captured.hpp>
#include <tidemark/operators/csv.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/input_shard.hpp>
#include <tidemark/operators/ends/input_with_bad.hpp>
#include <tidemark/operators/ends/iterator_source.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/ends/replay.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/json.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/batch.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/keyed/no_expiry.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/state_machine.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/keyed/stateful_flat_map.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/loops/feedback.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/operators/routing/broadcast.hpp>
#include <tidemark/operators/routing/composite.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/routing/partition.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/routing/split_by.hpp>
#include <tidemark/operators/sinks/csv_output.hpp>
#include <tidemark/operators/sinks/csv_writer.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/sink.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>
#include <tidemark/operators/sources/bad_record.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/csv_reader.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/file_reader.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/line_queue.hpp>
#include <tidemark/operators/sources/record_log.hpp>
#include <tidemark/operators/sources/recorded.hpp>
#include <tidemark/operators/sources/simple_polling_input.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/enrich_cached.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/flat_map_batch.hpp>
#include <tidemark/operators/stateless/flatten.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/key_on.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/stateless/map_in_place.hpp>
#include <tidemark/operators/stateless/map_value.hpp>
#include <tidemark/operators/stateless/predicate.hpp>
#include <tidemark/operators/stateless/raises.hpp>
#include <tidemark/operators/timestamps/accumulate.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/operators/timestamps/delay.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>
#include <tidemark/operators/timestamps/reclock.hpp>
