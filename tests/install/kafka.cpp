// SPDX-License-Identifier: MIT
//
// A program of somebody's own that reads Kafka: without a broker it only draws what it would do.
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/kafka/kafka_input.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <cstdio>

int main() {
  using namespace tidemark;
  Dataflow flow;
  input(flow, "orders", KafkaInput({"localhost:9092"}, {"orders"})) |
      map([](const auto&) { return 1; }) | output("out", StdOutput{});
  std::printf("%s\n", flow.describe().name.c_str());
  return 0;
}
