// SPDX-License-Identifier: MIT
//
// Kafka in and out, against the cluster that librdkafka plays by itself.
#include <tidemark/core/process.hpp>
#include <tidemark/operators/kafka/kafka_input.hpp>
#include <tidemark/operators/kafka/kafka_output.hpp>
#include <tidemark/operators/kafka/kafka_position.hpp>
#include <tidemark/operators/kafka/rdkafka_handles.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/runs.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <librdkafka/rdkafka_mock.h>

namespace tidemark::kafka_test {
namespace {

using namespace std::chrono_literals;
using Text = std::pair<std::string, std::string>;

/// A cluster in this process, with one topic.
class MockCluster {
 public:
  explicit MockCluster(int partitions)
      : owner_(detail::make_kafka(RD_KAFKA_PRODUCER, {})),
        cluster_(rd_kafka_mock_cluster_new(owner_.get(), 1)) {
    rd_kafka_mock_topic_create(cluster_, "numbers", partitions, 1);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;
  ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }

  std::vector<std::string> brokers() const { return {rd_kafka_mock_cluster_bootstraps(cluster_)}; }

  void write(int begin, int end) const {
    std::vector<Text> texts;
    for (int n = begin; n != end; ++n)
      texts.push_back({"k" + std::to_string(n % 5), std::to_string(n)});
    write_all(texts);
  }
  template <typename Item>
  void write_all(const std::vector<Item>& items) const {
    Dataflow flow;
    input(flow, "in", TestingInput(items, 10)) | output("out", KafkaOutput(brokers(), "numbers"));
    cluster_main(flow, {.workers = 2, .threads = 2, .executor = ExecutorKind::threads});
  }
  std::vector<KafkaMessage> messages(StateStore* store, KafkaInputOptions options = {}) const {
    options.tail = false;
    std::vector<KafkaMessage> messages;
    Dataflow flow;
    input(flow, "in", KafkaInput(brokers(), {"numbers"}, options)) |
        output("out", TestingOutput(messages));
    cluster_main(flow, {.executor = ExecutorKind::threads, .states = store});
    return messages;
  }

  void has_no(const char* topic) const {  // else it makes whatever it is asked for
    rd_kafka_mock_topic_set_error(cluster_, topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  }

  void refuse_one_write() const {
    constexpr std::int16_t produce = 0;  // as the protocol numbers its requests
    rd_kafka_mock_push_request_errors(cluster_, produce, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  }

  std::vector<int> read(const Config& config) const {
    tests::Log<int> log;
    Dataflow flow;
    input(flow, "in", KafkaInput(brokers(), {"numbers"}, {.tail = false}), {.epoch_items = 10}) |
        inspect([&log](const KafkaMessage& message) {
          if (message.topic == "numbers" && message.key) log.add(std::stoi(message.value.value()));
        }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    return log.sorted();
  }

 private:
  detail::Kafka owner_;
  rd_kafka_mock_cluster_t* cluster_;
};

std::vector<int> numbers(int begin, int end) {
  std::vector<int> all;
  for (int n = begin; n != end; ++n) all.push_back(n);
  return all;
}

TEST_CASE("what was written to a topic is read from its partitions, and later only what is new",
          "[kafka]") {
  tests::Watchdog watchdog("Kafka");
  const MockCluster cluster(3);
  cluster.write(0, 100);
  tests::MemoryStore store;
  Config config{.workers = 2, .threads = 2, .executor = ExecutorKind::threads, .states = &store};
  CHECK(cluster.read(config) == numbers(0, 100));
  cluster.write(100, 130);
  const auto restored = store.going_on_with(store.last_epoch() + 1);
  config.states = restored.get();
  CHECK(cluster.read(config) == numbers(100, 130));
}

TEST_CASE("a topic that is followed wakes the run with what comes", "[kafka]") {
  tests::Watchdog watchdog("Kafka");
  const MockCluster cluster(2);
  cluster.write(0, 1);
  tests::Log<int> log;
  Dataflow flow;
  input(flow, "in", KafkaInput(cluster.brokers(), {"numbers"})) |
      [&](FlowStream<KafkaMessage> stream) {
        return stream.flow->apply(
            [&](Stream<Epoch, KafkaMessage> messages) {
              Process& process = messages.scope->worker().process();
              return messages | inspect([&](const KafkaMessage& message) {
                       log.add(std::stoi(message.value.value()));
                       if (log.entries().size() == 21) process.request_stop();
                     });
            },
            stream);
      } |
      output("out", tests::Discard{});
  const std::jthread writer([&] {
    log.wait_for(1);
    cluster.write(1, 21);
  });
  CHECK_THROWS_AS(cluster_main(flow, {.workers = 2, .executor = ExecutorKind::threads}),
                  Interrupted);
  CHECK(log.sorted() == numbers(0, 21));
}

TEST_CASE("a Kafka message without a value is not one whose value is empty, and both are written",
          "[kafka]") {
  tests::Watchdog watchdog("Kafka");
  using Value = std::pair<std::string, std::optional<std::string>>;
  using Key = std::pair<std::optional<std::string>, std::string>;
  const MockCluster cluster(1);
  cluster.write_all<Value>({{"a", "x"}, {"b", ""}, {"c", std::nullopt}});
  cluster.write_all<Key>({{"", "d"}, {std::nullopt, "e"}});
  cluster.write_all<KafkaMessage>({{.key = "f"}, {.key = "g", .value = ""}});
  using Both = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::vector<Both> read;
  std::ostringstream text;
  for (const KafkaMessage& message : cluster.messages(nullptr)) {
    read.emplace_back(message.key, message.value);
    if (message.key == "c") text << message;
  }
  CHECK(read == std::vector<Both>{{"a", "x"},
                                  {"b", ""},
                                  {"c", std::nullopt},
                                  {"", "d"},
                                  {std::nullopt, "e"},
                                  {"f", std::nullopt},
                                  {"g", ""}});
  CHECK(text.str() == "numbers/0@2: none");
}

TEST_CASE("a part whose next messages have been deleted is an error, or goes on at the earliest",
          "[kafka][recovery][error]") {
  tests::Watchdog watchdog("Kafka");
  const MockCluster cluster(1);
  const auto write = [&](int count) {  // the cluster keeps 5 MB
    cluster.write_all(
        std::vector<Text>(static_cast<std::size_t>(count), Text("k", std::string(200'000, 'x'))));
  };
  write(5);
  tests::MemoryStore store;
  REQUIRE(cluster.messages(&store).size() == 5);
  write(60);
  const auto there = cluster.messages(nullptr);
  const std::int64_t earliest = there.front().offset;
  REQUIRE(earliest > 5);
  const auto store_again = [&] { return store.going_on_with(store.last_epoch() + 1); };
  CHECK_THROWS_WITH(
      cluster.messages(store_again().get()),
      "step 'in' failed on worker 0: cannot read partition 0 of topic 'numbers' from Kafka: it is "
      "to be read on from offset 5, and the earliest message that is still there has " +
          std::to_string(earliest) +
          "; with KafkaInputOptions::behind = earliest it goes on there");
  CHECK(cluster.messages(store_again().get(), {.behind = KafkaBehind::earliest}) == there);
}

TEST_CASE("a part that ends before its next message is an error", "[kafka][recovery][error]") {
  tests::Watchdog watchdog("Kafka");
  tests::MemoryStore store;
  {
    const MockCluster cluster(1);
    cluster.write(0, 10);
    REQUIRE(cluster.messages(&store).size() == 10);
  }
  const MockCluster anew(1);
  anew.write(0, 4);
  for (const KafkaBehind behind : {KafkaBehind::fail, KafkaBehind::earliest})
    CHECK_THROWS_WITH(
        anew.messages(store.going_on_with(store.last_epoch() + 1).get(), {.behind = behind}),
        Catch::EndsWith("cannot read partition 0 of topic 'numbers' from Kafka: it "
                        "is to be read on from offset 10, and it ends at 4; was the "
                        "topic made anew? Begin without what the store keeps"));
}

TEST_CASE("a part that is read from now on goes on from there, though nothing has come",
          "[kafka][recovery]") {
  tests::Watchdog watchdog("Kafka");
  const MockCluster cluster(1);
  cluster.write(0, 5);
  tests::MemoryStore store;
  CHECK(cluster.messages(&store, {.from_beginning = false}).empty());
  cluster.write(5, 8);
  const auto again = store.going_on_with(store.last_epoch() + 1);
  CHECK(cluster.messages(again.get(), {.from_beginning = false}).size() == 3);
}

TEST_CASE("a position of Kafka is bytes that are read again, and others are an error", "[kafka]") {
  CHECK(kafka_position(kafka_position(std::int64_t{1} << 40)) == std::int64_t{1} << 40);
  CHECK_THROWS_AS(kafka_position(std::string_view("abc")), KafkaError);
  CHECK_THROWS_WITH(kafka_position(kafka_position(std::int64_t{-3})),
                    Catch::EndsWith("no message has the offset -3"));
}

TEST_CASE("no broker, no such topic and a strange setting are errors", "[kafka][error]") {
  const MockCluster cluster(1);
  const auto error_with = [](KafkaInput source) {
    Dataflow flow;
    input(flow, "in", std::move(source)) | output("out", tests::Discard{});
    return tests::error_of(flow, {.executor = ExecutorKind::threads});
  };
  CHECK_THAT(error_with(KafkaInput({"localhost:1"}, {"numbers"}, {.timeout = 300ms})),
             Catch::Contains("cannot read topic 'numbers' from Kafka: "));
  cluster.has_no("letters");
  CHECK_THAT(error_with(KafkaInput(cluster.brokers(), {"letters"}, {.tail = false})),
             Catch::Contains("cannot read topic 'letters' from Kafka: "));
  CHECK_THAT(error_with(KafkaInput(cluster.brokers(), {"numbers"}, {.config = {{"no.such", "1"}}})),
             Catch::Contains("Kafka refuses a setting: ") && Catch::Contains("no.such"));
  CHECK_THAT(error_with(KafkaInput(cluster.brokers(), {"numbers"},
                                   {.config = {{"auto.offset.reset", "latest"}}})),
             Catch::Contains("'auto.offset.reset' is decided by KafkaInputOptions::behind"));
}

TEST_CASE("what the brokers refuse ends the run", "[kafka][error]") {
  tests::Watchdog watchdog("Kafka");
  const MockCluster cluster(1);
  cluster.refuse_one_write();
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Text>{{"k", "1"}})) |
      output("out", KafkaOutput(cluster.brokers(), "numbers"));
  CHECK_THAT(
      tests::error_of(flow, {.executor = ExecutorKind::threads}),
      Catch::StartsWith("step 'out' failed on worker 0 at timestamp 1: cannot write to topic "
                        "'numbers' of Kafka: ") &&
          Catch::Contains("authorization failed"));
}

}  // namespace
}  // namespace tidemark::kafka_test
