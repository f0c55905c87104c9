// SPDX-License-Identifier: MIT
#include <tidemark/core/pin_thread.hpp>
#include <tidemark/operators/kafka/rdkafka_handles.hpp>

#include <array>

namespace tidemark::detail {

Kafka make_kafka(rd_kafka_type_t type, const KafkaConfig& config, void* opaque,
                 void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*)) {
  std::array<char, 512> error{};
  std::unique_ptr<rd_kafka_conf_t, DestroyedBy<rd_kafka_conf_destroy>> settings(
      rd_kafka_conf_new());
  for (const auto& [name, value] : config)
    if (rd_kafka_conf_set(settings.get(), name.c_str(), value.c_str(), error.data(),
                          error.size()) != RD_KAFKA_CONF_OK)
      throw KafkaError(std::string("Kafka refuses a setting: ") + error.data());
  rd_kafka_conf_set_log_cb(settings.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_opaque(settings.get(), opaque);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(settings.get(), delivered);
  const UnpinnedScope unpinned;  // for its threads
  Kafka kafka(rd_kafka_new(type, settings.get(), error.data(), error.size()));
  if (!kafka) throw KafkaError(std::string("Kafka cannot be used: ") + error.data());
  static_cast<void>(settings.release());  // the client owns them now
  return kafka;
}

std::string joined(const std::vector<std::string>& brokers) {
  std::string all;
  for (const std::string& broker : brokers) all += (all.empty() ? "" : ",") + broker;
  return all;
}

}  // namespace tidemark::detail
