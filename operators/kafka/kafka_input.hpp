// SPDX-License-Identifier: MIT
//
// KafkaInput: a source of the messages of topics.
#pragma once

#include <tidemark/operators/kafka/kafka_message.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// What becomes of a part whose next messages the brokers have deleted.
enum class KafkaBehind {
  fail,      ///< the run ends with an error that names the next offset and the earliest there is
  earliest,  ///< it goes on with the earliest message there is; those between are lost
};

/// From where and to where topics are read, and how.
struct KafkaInputOptions {
  bool tail = true;            ///< waits for messages to come; else ends at the end of partitions
  bool from_beginning = true;  ///< else with what comes from now on; not where a position is kept
  std::size_t batch_size = 1000;              ///< the most messages of a part at a poll; 0 is 1
  std::chrono::milliseconds timeout{10'000};  ///< for asking which partitions and offsets there are
  KafkaBehind behind = KafkaBehind::fail;     ///< where the next message is gone
  KafkaConfig config{};                       ///< of each consumer; "auto.offset.reset" is refused
};

/// Gives the messages of all partitions of the topics; each partition is a part, and its position
/// the offset after the last message. Consumer groups and commits are not used. Which partitions
/// there are is asked once, when the first worker begins. A part is read by librdkafka's threads,
/// which wake the worker. Messages are bytes: none is a bad record, whatever is in it.
///
/// Throws KafkaError for an unknown topic, if no broker answers, for what librdkafka does not mend
/// itself, where `behind` says so, and if the next offset is beyond the end of the partition, as
/// when its topic has been made anew. As `behind` decides, "auto.offset.reset" is refused.
class KafkaInput {
 public:
  using item_type = KafkaMessage;  ///< what it gives

  /// `brokers` are "host" or "host:port", of which one has to answer. Asks nobody yet.
  KafkaInput(std::vector<std::string> brokers, std::vector<std::string> topics,
             KafkaInputOptions options = {});

  std::vector<std::string> parts() const;  ///< "0-topic", "1-topic", ...
  /// As PartitionedSource says (source.hpp). Throws KafkaError.
  std::unique_ptr<SourcePart<KafkaMessage>> open(const std::string& part,
                                                 const SourceContext& context) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tidemark
