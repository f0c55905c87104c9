// SPDX-License-Identifier: MIT
#include <tidemark/operators/kafka/kafka_input.hpp>
#include <tidemark/operators/kafka/kafka_position.hpp>
#include <tidemark/operators/kafka/rdkafka_handles.hpp>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace tidemark {

struct KafkaInput::Shared {
  std::vector<std::string> brokers;
  std::vector<std::string> topics;
  KafkaInputOptions options;
  std::once_flag asked;
  std::vector<std::string> parts;

  KafkaConfig settings() const {
    KafkaConfig config{{"bootstrap.servers", detail::joined(brokers)},
                       {"group.id", "tidemark"},  // asked for, and not used
                       {"enable.auto.commit", "false"},
                       {"enable.partition.eof", options.tail ? "false" : "true"},
                       {"auto.offset.reset", "error"}};
    for (const auto& [name, value] : options.config) {
      if (name == "auto.offset.reset" || name == "topic.auto.offset.reset")
        throw KafkaError("Kafka refuses a setting: '" + name +
                         "' is decided by KafkaInputOptions::behind");
      config[name] = value;
    }
    return config;
  }
};

namespace {

[[noreturn]] void fail(const std::string& subject, const std::string& reason) {
  throw KafkaError("cannot read " + subject + " from Kafka: " + reason);
}

[[noreturn]] void fail(const std::string& subject, rd_kafka_resp_err_t error) {
  fail(subject, rd_kafka_err2str(error));
}

/// Errors that librdkafka gets over by itself.
bool is_passing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__RESOLVE;
}

class KafkaPart final : public SourcePart<KafkaMessage> {
 public:
  KafkaPart(const KafkaConfig& settings, std::string topic, std::int32_t partition,
            const KafkaInputOptions& options, const SourceContext& context)
      : name_("partition " + std::to_string(partition) + " of topic '" + topic + "'"),
        batch_size_(std::max<std::size_t>(1, options.batch_size)),
        wait_ms_(context.may_block ? 1000 : 0),
        timeout_ms_(static_cast<int>(options.timeout.count())),
        behind_(options.behind),
        wake_(std::make_unique<std::function<void()>>(context.wake)),
        kafka_(detail::make_kafka(RD_KAFKA_CONSUMER, settings)),
        topic_(rd_kafka_topic_new(kafka_.get(), topic.c_str(), nullptr)),
        partition_(partition),
        queue_(rd_kafka_queue_new(kafka_.get())),
        topic_name_(std::move(topic)) {
    if (context.resume_at) {
      try {
        next_ = kafka_position(*context.resume_at);
      } catch (const KafkaError& error) {
        fail(name_, error.what());
      }
    } else if (!options.from_beginning) {
      next_ = offsets().second;  // so that it goes on from now, too, where nothing has come
    }
    start(next_.value_or(RD_KAFKA_OFFSET_BEGINNING));
    if (context.wake)
      rd_kafka_queue_cb_event_enable(
          queue_.get(),
          [](rd_kafka_t*, void* wake) { (*static_cast<std::function<void()>*>(wake))(); },
          wake_.get());
  }

  ~KafkaPart() override {
    rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
    rd_kafka_consume_stop(topic_.get(), partition_);
  }

  Poll next_batch(std::vector<KafkaMessage>& batch) override {
    int wait_ms = wait_ms_;
    for (std::size_t i = 0; i != batch_size_; ++i) {
      const detail::KafkaRecord record(rd_kafka_consume_queue(queue_.get(), wait_ms));
      if (!record)
        return {batch.empty() && wait_ms_ == 0 ? Poll::State::wait : Poll::State::more, {}};
      wait_ms = 0;
      if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return {Poll::State::end, {}};
      if (is_passing(record->err)) continue;
      if (record->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        go_on_at_earliest();
        continue;
      }
      if (record->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail(name_, record->err);
      batch.push_back(message_of(*record));
      next_ = record->offset + 1;
    }
    return {Poll::State::more, {}};
  }

  std::optional<std::string> position() const override {
    if (!next_) return std::nullopt;
    return kafka_position(*next_);
  }

 private:
  /// The next message is not there. Throws unless it has been deleted and the program wants those
  /// that have not.
  void go_on_at_earliest() {
    const auto [earliest, end] = offsets();
    const std::int64_t next = next_.value_or(earliest);
    const std::string wanted = "it is to be read on from offset " + std::to_string(next) + ", and ";
    if (next > end)
      fail(name_, wanted + "it ends at " + std::to_string(end) +
                      "; was the topic made anew? Begin without what the store keeps");
    if (next < earliest && behind_ == KafkaBehind::fail)
      fail(name_, wanted + "the earliest message that is still there has " +
                      std::to_string(earliest) +
                      "; with KafkaInputOptions::behind = earliest it goes on there");
    rd_kafka_consume_stop(topic_.get(), partition_);
    start(std::max(next, earliest));
  }

  /// Of the earliest message that is there, and behind the last.
  std::pair<std::int64_t, std::int64_t> offsets() const {
    std::int64_t earliest = 0, end = 0;
    const auto error = rd_kafka_query_watermark_offsets(kafka_.get(), topic_name_.c_str(),
                                                        partition_, &earliest, &end, timeout_ms_);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(name_, error);
    return {earliest, end};
  }

  void start(std::int64_t offset) {
    if (rd_kafka_consume_start_queue(topic_.get(), partition_, offset, queue_.get()) != 0)
      fail(name_, rd_kafka_last_error());
  }

  KafkaMessage message_of(const rd_kafka_message_t& record) const {
    KafkaMessage message{.topic = topic_name_, .partition = partition_, .offset = record.offset};
    if (record.key != nullptr)
      message.key.emplace(static_cast<const char*>(record.key), record.key_len);
    if (record.payload != nullptr)
      message.value.emplace(static_cast<const char*>(record.payload), record.len);
    return message;
  }

  std::string name_;
  std::size_t batch_size_;
  int wait_ms_;  // 0: the part is woken
  int timeout_ms_;
  KafkaBehind behind_;
  std::unique_ptr<std::function<void()>> wake_;
  detail::Kafka kafka_;
  detail::KafkaTopic topic_;
  std::int32_t partition_;
  detail::KafkaQueue queue_;
  std::string topic_name_;
  std::optional<std::int64_t> next_;  // after the last message
};

}  // namespace

KafkaInput::KafkaInput(std::vector<std::string> brokers, std::vector<std::string> topics,
                       KafkaInputOptions options)
    : shared_(std::make_shared<Shared>()) {
  shared_->brokers = std::move(brokers);
  shared_->topics = std::move(topics);
  shared_->options = std::move(options);
}

std::vector<std::string> KafkaInput::parts() const {
  std::call_once(shared_->asked, [&shared = *shared_] {
    const detail::Kafka kafka = detail::make_kafka(RD_KAFKA_CONSUMER, shared.settings());
    const auto timeout = static_cast<int>(shared.options.timeout.count());
    for (const std::string& name : shared.topics) {
      const std::string subject = "topic '" + name + "'";
      const detail::KafkaTopic topic(rd_kafka_topic_new(kafka.get(), name.c_str(), nullptr));
      const rd_kafka_metadata_t* found = nullptr;
      const auto error = rd_kafka_metadata(kafka.get(), 0, topic.get(), &found, timeout);
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(subject, error);
      const std::unique_ptr<const rd_kafka_metadata_t,
                            detail::DestroyedBy<rd_kafka_metadata_destroy>>
          metadata(found);
      if (metadata->topic_cnt != 1 || metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail(subject, metadata->topic_cnt == 1 ? metadata->topics[0].err
                                               : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
      for (int p = 0; p != metadata->topics[0].partition_cnt; ++p)
        shared.parts.push_back(std::to_string(metadata->topics[0].partitions[p].id) + "-" + name);
    }
  });
  return shared_->parts;
}

std::unique_ptr<SourcePart<KafkaMessage>> KafkaInput::open(const std::string& part,
                                                           const SourceContext& context) const {
  const std::size_t dash = part.find('-');
  return std::make_unique<KafkaPart>(shared_->settings(), part.substr(dash + 1),
                                     std::stoi(part.substr(0, dash)), shared_->options, context);
}

}  // namespace tidemark
