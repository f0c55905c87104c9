// SPDX-License-Identifier: MIT
//
// output: writes records to a sink, and passes them on.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

namespace detail {

/// Opens the sink at the first batch, or at the end if there was none, at the workers that have it.
template <typename Item, typename S>
class OutputShard {
 public:
  OutputShard(S sink, std::uint32_t worker) : sink_(std::move(sink)), worker_(worker) {}

  void write(const std::vector<Item>& records) { open().write_batch(records); }
  void close() {
    if (!is_single_sink<S> || worker_ == 0) open().close();
  }

 private:
  SinkPart<Item>& open() {
    if (!part_) part_ = sink_.template open<Item>(worker_);
    return *part_;
  }

  S sink_;
  std::uint32_t worker_;
  std::unique_ptr<SinkPart<Item>> part_;
};

template <Timestamp T, typename Item, typename S>
Stream<T, Item> write_everywhere(const Stream<T, Item>& input, std::string id, const S& sink) {
  OperatorBuilder<T> op(*input.scope, "output", std::move(id));
  auto& in = op.input(input, Pipeline{});
  auto [out, written] = op.template output<Item>();
  auto& shard =
      input.scope->template make<OutputShard<Item, S>>(sink, input.scope->worker().index());
  op.on_close([&shard] { shard.close(); });
  op.build([&in, &out = out, &shard] {
    in.for_each([&](Batch<T, Item>& batch) {
      shard.write(batch.records);
      out.at(batch).give_all(batch.records);
    });
  });
  return written;
}

/// At worker 0, each timestamp's records when it is complete.
template <Timestamp T, typename Item, typename S>
Stream<T, Item> write_in_order(const Stream<T, Item>& input, std::string id, const S& sink) {
  OperatorBuilder<T> op(*input.scope, "output", std::move(id));
  op.set_interest(Interest::when_holding);
  auto& in = op.input(input, Exchange{[](const Item&) { return std::uint64_t{0}; }});
  auto [out, written] = op.template output<Item>();
  auto& shard =
      input.scope->template make<OutputShard<Item, S>>(sink, input.scope->worker().index());
  op.on_close([&shard] { shard.close(); });
  struct Open {
    Capability<T> capability;
    std::vector<Item> records;
  };
  op.build([&in, &out = out, &shard, open = std::map<T, Open>{}]() mutable {
    in.for_each([&](Batch<T, Item>& batch) {
      auto at = open.find(batch.time);
      if (at == open.end()) at = open.emplace(batch.time, Open{out.retain(batch), {}}).first;
      for (Item& item : batch) at->second.records.push_back(std::move(item));
    });
    const Antichain<T>& frontier = in.frontier();  // one for all, or they might be overtaken
    for (auto next = open.begin(); next != open.end();) {
      if (frontier.less_equal_to(next->first)) {
        ++next;
        continue;
      }
      in.working_on(next->first, [&] {
        shard.write(next->second.records);
        out.at(next->second.capability).give_all(next->second.records);
      });
      next = open.erase(next);
    }
  });
  return written;
}

}  // namespace detail

/// Writes every record to `sink`, then passes it on.
template <typename S>
auto output(std::string id, S sink) {
  return [id, sink]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(SinkOf<S, Item>, "output: the sink must be able to write the stream's record");
    if constexpr (is_single_sink<S>) {
      return detail::write_in_order(input, id, sink);
    } else {
      return detail::write_everywhere(input, id, sink);
    }
  };
}

}  // namespace tidemark
