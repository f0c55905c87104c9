// SPDX-License-Identifier: MIT
#include <tidemark/operators/kafka/kafka_output.hpp>
#include <tidemark/operators/kafka/rdkafka_handles.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark {
namespace detail {

struct KafkaProducer::State {
  std::string topic_name;
  std::chrono::milliseconds timeout{};
  rd_kafka_resp_err_t first_error = RD_KAFKA_RESP_ERR_NO_ERROR;  // of a delivery
  Kafka kafka;
  KafkaTopic topic;

  [[noreturn]] void fail(rd_kafka_resp_err_t error) const {
    throw KafkaError("cannot write to topic '" + topic_name +
                     "' of Kafka: " + rd_kafka_err2str(error));
  }
};

KafkaProducer::KafkaProducer(const std::string& brokers, std::string topic,
                             const KafkaConfig& config, std::chrono::milliseconds timeout)
    : state_(std::make_unique<State>()) {
  KafkaConfig settings{{"bootstrap.servers", brokers},
                       {"message.timeout.ms", std::to_string(timeout.count())}};
  for (const auto& [name, value] : config) settings[name] = value;
  state_->topic_name = std::move(topic);
  state_->timeout = timeout;
  state_->kafka = make_kafka(RD_KAFKA_PRODUCER, settings, state_.get(),
                             [](rd_kafka_t*, const rd_kafka_message_t* message, void* state) {
                               auto& first = static_cast<State*>(state)->first_error;
                               if (first == RD_KAFKA_RESP_ERR_NO_ERROR) first = message->err;
                             });
  state_->topic.reset(rd_kafka_topic_new(state_->kafka.get(), state_->topic_name.c_str(), nullptr));
}

KafkaProducer::~KafkaProducer() = default;

void KafkaProducer::write(const std::vector<KafkaMessage>& messages) {
  rd_kafka_t* const kafka = state_->kafka.get();
  for (const KafkaMessage& message : messages) {
    const auto produce = [&] {
      return rd_kafka_produce(state_->topic.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                              message.value ? const_cast<char*>(message.value->data()) : nullptr,
                              message.value ? message.value->size() : 0,
                              message.key ? message.key->data() : nullptr,
                              message.key ? message.key->size() : 0, nullptr);
    };
    while (produce() != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        state_->fail(rd_kafka_last_error());
      rd_kafka_poll(kafka, 100);
    }
  }
  const auto error = rd_kafka_flush(kafka, static_cast<int>(state_->timeout.count()) + 1000);
  if (state_->first_error != RD_KAFKA_RESP_ERR_NO_ERROR) state_->fail(state_->first_error);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) state_->fail(error);
}

}  // namespace detail

KafkaOutput::KafkaOutput(const std::vector<std::string>& brokers, std::string topic,
                         KafkaConfig config, std::chrono::milliseconds timeout)
    : topic_(std::move(topic)),
      config_(std::move(config)),
      timeout_(timeout) {
  for (const std::string& broker : brokers) brokers_ += (brokers_.empty() ? "" : ",") + broker;
}

}  // namespace tidemark
