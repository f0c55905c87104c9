// SPDX-License-Identifier: MIT
//
// librdkafka's handles, owned.
#pragma once

#include <tidemark/operators/kafka/kafka_message.hpp>

#include <librdkafka/rdkafka.h>
#include <memory>
#include <string>
#include <vector>

namespace tidemark::detail {

template <auto destroy>
struct DestroyedBy {
  void operator()(auto* handle) const { destroy(handle); }
};

using Kafka = std::unique_ptr<rd_kafka_t, DestroyedBy<rd_kafka_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, DestroyedBy<rd_kafka_topic_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, DestroyedBy<rd_kafka_queue_destroy>>;
using KafkaRecord = std::unique_ptr<rd_kafka_message_t, DestroyedBy<rd_kafka_message_destroy>>;

/// A client with these settings; errors that librdkafka mends itself are not printed. Throws
/// KafkaError for a setting that it does not know. `opaque` and `delivered` are for producers.
Kafka make_kafka(rd_kafka_type_t type, const KafkaConfig& config, void* opaque = nullptr,
                 void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr);

/// "host:1,host:2".
std::string joined(const std::vector<std::string>& brokers);

}  // namespace tidemark::detail
