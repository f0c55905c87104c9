// SPDX-License-Identifier: MIT
//
// Fused steps with several outputs: they run inside the push of the batch that feeds them, too.
#pragma once

#include <tidemark/core/fused.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename A, typename B, typename Action>
void for_each_output(std::pair<A, B>& outputs, Action action) {
  action(outputs.first);
  action(outputs.second);
}
template <typename Output, typename Action>
void for_each_output(std::vector<Output>& outputs, Action action) {
  for (Output& output : outputs) action(output);
}

/// `Outputs` is a pair or a vector of Emitters.
template <Timestamp T, typename In, typename Outputs, typename Logic>
class SplitStep final : public Consumer<T> {
 public:
  SplitStep(FusedName name, Outputs outputs, Logic logic)
      : name_(std::move(name)),
        outputs_(std::move(outputs)),
        logic_(std::move(logic)) {}

  void push(const T& time, AnyRecords& records) override {
    try {
      for_each_output(outputs_, [&](auto& output) { output.set_time(time); });
      logic_(time, records_as<In>(records), outputs_);
      for_each_output(outputs_, [](auto& output) { output.flush(); });
    } catch (...) {
      name_.rethrow(time);
    }
  }

  Outputs& outputs() { return outputs_; }

 private:
  FusedName name_;
  Outputs outputs_;
  Logic logic_;
};

/// Adds the step. Returns its outputs, and a function that makes the stream of the next of them.
template <Timestamp T, typename In, typename Outputs, typename Logic>
auto fuse_split(const Stream<T, In>& stream, std::string kind, std::string id, Outputs outputs,
                Logic logic) {
  using Step = SplitStep<T, In, Outputs, Logic>;
  const AnyStream<T> input = bounded<T>(stream);
  const AnyStream<T> fused = add_fused_step(input, std::move(kind), std::move(id));
  Step& step =
      input.scope->template make<Step>(name_of(fused), std::move(outputs), std::move(logic));
  for_each_output(step.outputs(),
                  [records = input.scope->batch_records()](auto& output) { output.tune(records); });
  input.feed(step);
  input.scope->node(fused.node).outputs = 0;
  const auto next = [fused]<typename Item>(Emitter<T, Item>& output) {
    AnyStream<T> stream_of = fused;
    stream_of.tee = &output.tee();
    stream_of.port = fused.scope->node(fused.node).outputs++;
    return Stream<T, Item>(stream_of);
  };
  return std::pair<Outputs&, decltype(next)>(step.outputs(), next);
}

}  // namespace detail

/// A stateless step with two outputs: `logic(time, records, outputs)` is called once per batch,
/// sends with `outputs.first.give(record)` and `outputs.second.give(record)`, and may move from the
/// records.
template <typename A, typename B, Timestamp T, typename In, typename Logic>
std::pair<Stream<T, A>, Stream<T, B>> fuse_pair(const Stream<T, In>& input, std::string kind,
                                                std::string id, Logic logic) {
  auto [outputs, stream_of] =
      detail::fuse_split(input, std::move(kind), std::move(id),
                         std::pair<Emitter<T, A>, Emitter<T, B>>(), std::move(logic));
  Stream<T, A> first = stream_of(outputs.first);
  return {first, stream_of(outputs.second)};
}

/// The same with `count` outputs, which the logic gets as a vector.
template <typename Out, Timestamp T, typename In, typename Logic>
std::vector<Stream<T, Out>> fuse_many(const Stream<T, In>& input, std::size_t count,
                                      std::string kind, std::string id, Logic logic) {
  auto [outputs, stream_of] = detail::fuse_split(
      input, std::move(kind), std::move(id), std::vector<Emitter<T, Out>>(count), std::move(logic));
  std::vector<Stream<T, Out>> streams;
  for (Emitter<T, Out>& output : outputs) streams.push_back(stream_of(output));
  return streams;
}

}  // namespace tidemark
