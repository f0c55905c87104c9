// SPDX-License-Identifier: MIT
//
// Small steps of which the tests build their dataflows, and a sink that checks the promises of
// frontiers on every batch it gets.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Routes a number by its hash.
inline auto by_hash() {
  return Exchange{[](std::uint64_t record) { return KeyHash{}(record); }};
}
/// Routes a number to the worker of that number, modulo their count.
inline auto by_value() {
  return Exchange{[](std::uint64_t record) { return record; }};
}

/// A source of `rounds` epochs: `records_of(worker, round)` are sent at epoch `round`, one epoch
/// per activation, and never more than `ahead` epochs before what is complete downstream.
template <typename RecordsOf>
auto rounds(Scope<Epoch>& scope, std::uint64_t count, RecordsOf records_of, std::string id = "",
            std::optional<std::uint64_t> ahead = {}) {
  using Item = typename std::invoke_result_t<RecordsOf&, std::uint32_t, std::uint64_t>::value_type;
  OperatorBuilder<Epoch> op(scope, "rounds", std::move(id));
  const std::vector<FrontierWatch<Epoch>*>* ends = nullptr;
  if (ahead) {
    op.set_interest(Interest::when_holding);
    ends = &op.watch_ends();
  }
  auto [out, stream] = op.template output<Item>();
  op.build([&out = out, count, ends, ahead = ahead.value_or(0), records_of,
            worker = scope.worker().index(), again = op.activator(),
            capability = std::optional(op.initial_capability(0))]() mutable {
    if (!capability) return;
    const std::uint64_t round = capability->time().value;
    if (ends != nullptr && round > ahead)
      for (FrontierWatch<Epoch>* end : *ends) {
        end->reader.refresh();
        if (end->reader.frontier().less_than_to(Epoch{round - ahead})) return;
      }
    if (round < count) {
      auto records = records_of(worker, round);
      out.at(*capability).give_all(records);
      out.flush();
    }
    if (round + 1 >= count) {
      capability.reset();
    } else {
      capability->downgrade(round + 1);
      again.activate();
    }
  });
  return stream;
}

/// Numbers that differ between workers, rounds and places.
inline auto numbers(std::uint64_t per_round) {
  return [per_round](std::uint32_t worker, std::uint64_t round) {
    std::vector<std::uint64_t> records;
    for (std::uint64_t i = 0; i != per_round; ++i)
      records.push_back((round * 64 + worker) * per_round + i);
    return records;
  };
}

/// What has reached a sink, at any worker, and what was wrong about it.
template <typename Item>
class Arrivals {
 public:
  struct Arrival {
    std::uint64_t time = 0;
    Item item{};
    std::uint32_t worker = 0;
    friend auto operator<=>(const Arrival&, const Arrival&) = default;
  };

  void add(const Batch<Epoch, Item>& batch, std::uint32_t worker) {
    const std::lock_guard lock(mutex_);
    for (const Item& item : batch.records) all_.push_back({batch.time.value, item, worker});
  }
  void complain(std::string what) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(std::move(what));
  }

  void clear() {
    all_.clear();
    complaints_.clear();
  }

  /// All arrivals as (time, item), sorted.
  std::vector<std::pair<std::uint64_t, Item>> sorted() const {
    std::vector<std::pair<std::uint64_t, Item>> result;
    for (const Arrival& arrival : all_) result.emplace_back(arrival.time, arrival.item);
    std::ranges::sort(result);
    return result;
  }
  const std::vector<Arrival>& all() const { return all_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  std::mutex mutex_;
  std::vector<Arrival> all_;
  std::vector<std::string> complaints_;
};

/// Collects a stream, and complains if a batch comes at a timestamp that the input's frontier has
/// passed or if the frontier moves back.
template <typename Item, typename Pact>
void collect(const Stream<Epoch, Item>& stream, Pact pact, Arrivals<Item>& arrivals) {
  OperatorBuilder<Epoch> op(*stream.scope, "collect");
  op.set_interest(Interest::always);
  auto& in = op.input(stream, std::move(pact));
  op.build([&in, &arrivals, worker = stream.scope->worker().index(),
            before = Antichain<Epoch>{Epoch{0}}]() mutable {
    const Antichain<Epoch> now = in.frontier();
    if (!before.dominates(now))
      arrivals.complain("the frontier moved back from " + to_text(before) + " to " + to_text(now));
    before = now;
    in.for_each([&](Batch<Epoch, Item>& batch) {
      if (!in.frontier().less_equal_to(batch.time))
        arrivals.complain("a batch at " + to_text(batch.time) + " came after the frontier " +
                          to_text(in.frontier()));
      if (batch.records.empty()) arrivals.complain("an empty batch came");
      arrivals.add(batch, worker);
    });
  });
}

/// Holds each record until its timestamp is complete and then sends it `later(record)` epochs
/// later. Complains if the timestamp was not complete after all.
template <typename Pact, typename Later>
Stream<Epoch, std::uint64_t> hold(const Stream<Epoch, std::uint64_t>& stream, Pact pact,
                                  Later later, Arrivals<std::uint64_t>& complaints) {
  struct Held {
    Capability<Epoch> capability;
    std::vector<std::uint64_t> records;
  };
  return unary_due<std::uint64_t>(
      stream, std::move(pact), "hold", "",
      [later, &complaints, held = std::map<Epoch, Held>{}, passed = Epoch{0}](auto& in,
                                                                              auto& out) mutable {
        in.for_each([&](Batch<Epoch, std::uint64_t>& batch) {
          if (batch.time < passed) complaints.complain("hold: a complete timestamp came again");
          auto at = held.find(batch.time);
          if (at == held.end()) at = held.emplace(batch.time, Held{out.retain(batch), {}}).first;
          at->second.records.insert(at->second.records.end(), batch.begin(), batch.end());
        });
        while (!held.empty() && !in.frontier().less_equal_to(held.begin()->first)) {
          auto& [time, entry] = *held.begin();
          passed = Epoch{time.value + 1};
          std::ranges::sort(entry.records, {}, later);
          for (const std::uint64_t record : entry.records) {
            const Epoch due{time.value + static_cast<std::uint64_t>(later(record))};
            if (entry.capability.time() != due) entry.capability.downgrade(due);
            out.at(entry.capability).give(record);
          }
          out.flush();
          held.erase(held.begin());
        }
      });
}

/// A fused step: one record in, one record out.
template <typename F>
Stream<Epoch, std::uint64_t> map_numbers(const Stream<Epoch, std::uint64_t>& stream, F f,
                                         std::string id = "") {
  return fuse_in_place(stream, "map", std::move(id),
                       [f](const Epoch&, std::vector<std::uint64_t>& records) {
                         for (std::uint64_t& record : records) record = f(record);
                       });
}

/// An operator that takes a stream at each of `ports` inputs, and passes what comes at each to the
/// output of the same number, which nothing else affects.
inline std::vector<Stream<Epoch, std::uint64_t>> pass_side_by_side(
    const Stream<Epoch, std::uint64_t>& stream, std::uint32_t ports) {
  OperatorBuilder<Epoch> op(*stream.scope, "side by side");
  struct Lane {
    InputPort<Epoch, std::uint64_t>* in;
    OutputPort<Epoch, std::uint64_t>* out;
  };
  std::vector<Lane> lanes;
  std::vector<Connection<Epoch>> connections;
  std::vector<Stream<Epoch, std::uint64_t>> passed;
  for (std::uint32_t port = 0; port != ports; ++port) {
    auto& in = op.input(stream, Pipeline{});
    auto [out, output] = op.output<std::uint64_t>();
    lanes.push_back({&in, &out});
    connections.push_back({port, port, {}});
    passed.push_back(output);
  }
  op.connect(connections);
  op.build([lanes = std::move(lanes)] {
    for (const auto& [in, out] : lanes)
      in->for_each([out = out](auto& batch) { out->at(batch).give_all(batch.records); });
  });
  return passed;
}

}  // namespace tidemark::tests
