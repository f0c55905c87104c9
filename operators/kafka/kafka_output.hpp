// SPDX-License-Identifier: MIT
//
// KafkaOutput: writes messages to a topic.
#pragma once

#include <tidemark/operators/kafka/kafka_message.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Text>
concept KafkaText =
    std::same_as<Text, std::string> || std::same_as<Text, std::optional<std::string>>;

template <typename>
inline constexpr bool is_key_and_value = false;
template <KafkaText Key, KafkaText Value>
inline constexpr bool is_key_and_value<std::pair<Key, Value>> = true;

/// Writes messages, and returns from `write` when the brokers have them. Throws KafkaError.
class KafkaProducer {
 public:
  KafkaProducer(const std::string& brokers, std::string topic, const KafkaConfig& config,
                std::chrono::milliseconds timeout);
  ~KafkaProducer();
  void write(const std::vector<KafkaMessage>& messages);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace detail

/// Writes records to a topic, at every worker, as they come: KafkaMessage, of which key and value
/// count, or pairs of strings, either of which may be optional. A batch is acknowledged by the
/// brokers before the next is written, so after a crash what follows the last complete epoch is
/// written again. Throws KafkaError.
class KafkaOutput {
 public:
  /// `brokers` are "host" or "host:port". A message that is not acknowledged within `timeout`, or
  /// "message.timeout.ms" of the config, ends the run. Asks nobody yet.
  KafkaOutput(const std::vector<std::string>& brokers, std::string topic, KafkaConfig config = {},
              std::chrono::milliseconds timeout = std::chrono::seconds(30));

  /// As SinkOf says (sink.hpp). Throws KafkaError for settings that are refused.
  template <typename Item>
    requires std::same_as<Item, KafkaMessage> || detail::is_key_and_value<Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>(brokers_, topic_, config_, timeout_);
  }

 private:
  template <typename Item>
  class Part final : public SinkPart<Item> {
   public:
    Part(const std::string& brokers, const std::string& topic, const KafkaConfig& config,
         std::chrono::milliseconds timeout)
        : producer_(brokers, topic, config, timeout) {}

    void write_batch(const std::vector<Item>& batch) override {
      if constexpr (std::same_as<Item, KafkaMessage>) {
        producer_.write(batch);
      } else {
        std::vector<KafkaMessage> messages;
        for (const auto& [key, value] : batch) messages.push_back({.key = key, .value = value});
        producer_.write(messages);
      }
    }

   private:
    detail::KafkaProducer producer_;
  };

  std::string brokers_;
  std::string topic_;
  KafkaConfig config_;
  std::chrono::milliseconds timeout_;
};

}  // namespace tidemark
