// SPDX-License-Identifier: MIT
//
// Any bytes as a position of Kafka: an offset that a message can have, or an error.
#include <tidemark/operators/kafka/kafka_position.hpp>

#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidemark;
  using fuzz::require;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const std::int64_t offset = kafka_position(bytes);
    require(offset >= 0, "an offset is not negative");
    require(kafka_position(offset) == bytes, "the position is the one that is written");
  } catch (const KafkaError& error) {
    require(*error.what() != '\0', "an error says something");
  }
  return 0;
}
