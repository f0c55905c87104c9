// SPDX-License-Identifier: MIT
//
// Output shards: the ends of a sink that one worker writes.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/operators/sinks/sink.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>
#include <tidemark/operators/timestamps/reorder_buffer.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Opens the sink at the first batch, or at the end if there was none.
template <typename Item, typename S>
class OutputShard {
 public:
  OutputShard(S sink, std::uint32_t worker) : sink_(std::move(sink)), worker_(worker) {}

  void write(const std::vector<Item>& records) { open().write_batch(records); }
  void close() { open().close(); }

 private:
  SinkPart<Item>& open() {
    if (!part_) part_ = sink_.template open<Item>(worker_);
    return *part_;
  }

  S sink_;
  std::uint32_t worker_;
  std::unique_ptr<SinkPart<Item>> part_;
};

/// A sink that is opened at worker 0 alone, as one of one part.
template <typename S>
struct SinglePart {
  static constexpr bool opens_empty = true;
  S sink;

  std::vector<std::string> parts() const { return {"single"}; }
  std::uint64_t part_of(const auto&) const { return 0; }
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string&, const SinkContext& context) const {
    return sink.template open<Item>(context.worker);
  }
};

/// The parts of a sink, and who writes each.
struct SinkParts {
  /// Throws DataflowError if there is none, or if two have the same name.
  SinkParts(const std::string& step, std::vector<std::string> all, std::uint32_t workers);

  std::vector<std::string> names;
  std::vector<std::uint32_t> writers;  // by part
};

/// Writes the parts of one worker, each timestamp's records when nothing earlier can come.
template <Timestamp T, typename Item, typename S>
class PartitionedShard {
 public:
  PartitionedShard(S sink, SinkParts parts, std::string step, Worker& worker)
      : sink_(std::move(sink)),
        parts_(std::move(parts)),
        step_(std::move(step)),
        store_(worker.states()),
        worker_(worker.index()),
        workers_(worker.peers()),
        open_(parts_.names.size()) {}

  void run(InputPort<T, Item>& in, OutputPort<T, Item>& out) {
    if (!resumed_) resume();
    const Antichain<T>& frontier = in.frontier();  // one for all, or they might be overtaken
    in.for_each([&](Batch<T, Item>& batch) {
      const auto retain = [&] { return out.retain(batch); };
      if (!early_.is_turn(batch.time, frontier))
        return early_.hold(batch.time, batch.records, retain);
      begin(batch.time, retain);
      write(batch.records, out.at(batch));
    });
    early_.release(frontier, [&](const T& time, Capability<T>& right, std::vector<Item>& records) {
      in.working_on(time, [&] {
        begin(time, [&] { return right.delayed(time); });
        write(records, out.at(right));
      });
    });
    while (!touched_.empty() && !frontier.less_equal_to(touched_.begin()->first))
      in.working_on(touched_.begin()->first, [&] { save_first(); });
  }

  void close() {
    for (std::size_t p = 0; p != open_.size(); ++p) {
      const bool opens_empty = [] {
        if constexpr (requires { S::opens_empty; }) return S::opens_empty;
        return false;
      }();
      if (open_[p] || (opens_empty && parts_.writers[p] == worker_)) open(p).close();
    }
  }

 private:
  struct Touched {
    Capability<T> capability;
    std::set<std::size_t> parts;
  };

  void resume() {
    resumed_ = true;
    if (store_ == nullptr) return;
    for (const SavedState& saved : store_->load(step_)) {
      const auto at = std::ranges::find(parts_.names, saved.key);
      if (at == parts_.names.end())
        throw DataflowError("output '" + step_ + "': the part '" + saved.key +
                            "' was written in an earlier run, and is none of the sink's now");
      const auto part = static_cast<std::size_t>(at - parts_.names.begin());
      if (parts_.writers[part] == worker_) open(part, saved.state);
    }
  }

  SinkPart<Item>& open(std::size_t part, std::optional<std::string> resume_at = {}) {
    if (!open_[part])
      open_[part] = sink_.template open_part<Item>(
          parts_.names[part], {worker_, workers_, store_ != nullptr, std::move(resume_at)});
    return *open_[part];
  }

  template <typename Retain>
  void begin(const T& time, Retain retain) {
    if (store_ == nullptr) return;
    while (!touched_.empty() && touched_.begin()->first < time) save_first();
    if (touched_.empty()) touched_.emplace(time, Touched{retain(), {}});
  }

  void write(std::vector<Item>& records, Emitter<T, Item>& out) {
    if (open_.size() == 1) return write_part(0, records, out);
    std::map<std::size_t, std::vector<Item>> by_part;
    for (Item& record : records) {
      const std::size_t part = sink_.part_of(record) % open_.size();
      by_part[part].push_back(std::move(record));
    }
    for (auto& [part, of_part] : by_part) write_part(part, of_part, out);
  }

  void write_part(std::size_t part, std::vector<Item>& records, Emitter<T, Item>& out) {
    open(part).write_batch(records);
    if (!touched_.empty()) touched_.begin()->second.parts.insert(part);
    out.give_all(records);
  }

  void save_first() {
    auto& [time, touched] = *touched_.begin();
    std::vector<SavedState> changes;
    for (const std::size_t part : touched.parts)
      if (std::optional<std::string> position = open_[part]->position())
        changes.push_back({parts_.names[part], std::move(position)});
    if constexpr (std::same_as<T, Epoch>)
      if (!changes.empty()) store_->save(step_, worker_, time.value, std::move(changes));
    touched_.erase(touched_.begin());
  }

  S sink_;
  SinkParts parts_;
  std::string step_;
  StateStore* store_;  // null: nothing is saved
  std::uint32_t worker_;
  std::uint32_t workers_;
  std::vector<std::unique_ptr<SinkPart<Item>>> open_;  // by part; null if it is not
  bool resumed_ = false;
  ReorderBuffer<T, Item, Capability<T>> early_;
  std::map<T, Touched> touched_;  // at most one, between two calls
};

}  // namespace tidemark::detail
