// SPDX-License-Identifier: MIT
//
// Fused steps: stateless operators that run inside the push of the batch that feeds them.
//
// They have no queue, no activation and no location in the progress graph, so they cost nothing but
// their work. They stay in the logical graph, which is what pictures show.
#pragma once

#include <tidemark/core/emitter.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// A stream that may be fused onto: itself, or what comes out of a relay behind it.
template <Timestamp T>
AnyStream<T> bounded(const AnyStream<T>& stream);

/// Adds a fused step to the logical graph and returns the stream that leaves it, without its tee.
template <Timestamp T>
AnyStream<T> add_fused_step(const AnyStream<T>& input, std::string kind, std::string id);

/// Who a fused step is, for errors.
struct FusedName {
  std::string step;
  std::uint32_t worker;

  /// Requires: called from a catch block.
  template <Timestamp T>
  [[noreturn]] void rethrow(const T& time) const;
};

/// That of the step which the stream leaves.
template <Timestamp T>
FusedName name_of(const AnyStream<T>& stream);

template <Timestamp T, typename In, typename Out, typename Logic>
class FusedStep final : public Consumer<T> {
 public:
  FusedStep(FusedName name, Logic logic) : name_(std::move(name)), logic_(std::move(logic)) {}

  void push(const T& time, AnyRecords& records) override {
    try {
      output_.set_time(time);
      logic_(time, records_as<In>(records), output_);
      output_.flush();
    } catch (...) {
      name_.rethrow(time);
    }
  }

  Tee<T>& tee() { return output_.tee(); }
  void tune(std::size_t batch_records) { output_.tune(batch_records); }

 private:
  FusedName name_;
  Logic logic_;
  Emitter<T, Out> output_;
};

template <Timestamp T, typename Item, typename Logic>
class InPlaceStep final : public Consumer<T> {
 public:
  InPlaceStep(FusedName name, Logic logic) : name_(std::move(name)), logic_(std::move(logic)) {}

  void push(const T& time, AnyRecords& records) override {
    try {
      std::vector<Item>& typed = records_as<Item>(records);
      logic_(time, typed);
      if (!typed.empty()) tee_.push(time, records);
    } catch (...) {
      name_.rethrow(time);
    }
  }

  Tee<T>& tee() { return tee_; }
  void tune(std::size_t) {}  // it gives batches on as they come

 private:
  FusedName name_;
  Logic logic_;
  Tee<T> tee_{record_type<Item>};
};

template <typename Step, Timestamp T, typename Logic>
AnyStream<T> fuse_step(const AnyStream<T>& stream, std::string kind, std::string id, Logic logic) {
  const AnyStream<T> input = bounded(stream);
  AnyStream<T> output = add_fused_step(input, std::move(kind), std::move(id));
  Step& step = input.scope->template make<Step>(name_of(output), std::move(logic));
  step.tune(input.scope->batch_records());
  input.feed(step);
  output.tee = &step.tee();
  return output;
}

}  // namespace detail

/// A stateless step from `In` to `Out`: `logic(time, records, output)` is called once per batch,
/// sends with `output.give(record)`, and may move from the records.
template <typename Out, Timestamp T, typename In, typename Logic>
Stream<T, Out> fuse(const Stream<T, In>& input, std::string kind, std::string id, Logic logic) {
  return Stream<T, Out>(detail::fuse_step<detail::FusedStep<T, In, Out, Logic>, T>(
      input, std::move(kind), std::move(id), std::move(logic)));
}

/// A stateless step that changes, removes or looks at records where they are:
/// `logic(time, records)` is called once per batch.
template <Timestamp T, typename Item, typename Logic>
Stream<T, Item> fuse_in_place(const Stream<T, Item>& input, std::string kind, std::string id,
                              Logic logic) {
  return Stream<T, Item>(detail::fuse_step<detail::InPlaceStep<T, Item, Logic>, T>(
      input, std::move(kind), std::move(id), std::move(logic)));
}

}  // namespace tidemark
