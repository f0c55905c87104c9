// SPDX-License-Identifier: MIT
//
// The position of a part of KafkaInput, as bytes.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/operators/kafka/kafka_message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// The position behind the message before `offset`.
inline std::string kafka_position(std::int64_t offset) {
  return to_bytes(offset);
}

/// The offset in a position. Throws KafkaError for bytes that no part has given.
inline std::int64_t kafka_position(std::string_view bytes) {
  if (bytes.size() != sizeof(std::int64_t))
    throw KafkaError("what is kept is no position of Kafka, which has " +
                     std::to_string(sizeof(std::int64_t)) + " bytes; it has " +
                     std::to_string(bytes.size()));
  const auto offset = from_bytes<std::int64_t>(bytes);
  if (offset < 0)
    throw KafkaError("what is kept is no position of Kafka: no message has the offset " +
                     std::to_string(offset));
  return offset;
}

}  // namespace tidemark
