// SPDX-License-Identifier: MIT
//
// What goes in and out of Kafka, and how one tells where its cluster is.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tidemark {

/// A message, and where it stands; of one that is to be written only key and value matter. One
/// without a value (a tombstone) is not one whose value is empty.
struct KafkaMessage {
  std::optional<std::string> key{};    ///< nullopt: none
  std::optional<std::string> value{};  ///< nullopt: a tombstone
  std::string topic{};                 ///< that it was read from
  std::int32_t partition = 0;          ///< of the topic
  std::int64_t offset = 0;             ///< in the partition
  friend auto operator<=>(const KafkaMessage&, const KafkaMessage&) = default;
  friend std::ostream& operator<<(std::ostream& out, const KafkaMessage& message) {
    return out << message.topic << '/' << message.partition << '@' << message.offset << ": "
               << (message.value ? *message.value : "none");
  }
};

/// What Kafka has refused; the text names topic and partition, and what librdkafka says.
class KafkaError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Settings of librdkafka by their names there, added to those that the connectors make.
using KafkaConfig = std::map<std::string, std::string>;

}  // namespace tidemark
