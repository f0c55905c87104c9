// SPDX-License-Identifier: MIT
//
// Output shards: the ends of a sink that one worker writes.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/driver/saved_epochs.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/output_path.hpp>
#include <tidemark/operators/sinks/sink.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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

  /// The positions, by part, that `step` had saved. Throws DataflowError for a part that there is
  /// no more.
  std::vector<std::pair<std::size_t, std::string>> saved(const StateStore& store,
                                                         const std::string& step) const;

  /// Holds the files of the parts that `worker` writes for `step`, for as long as the result
  /// lives. Throws DataflowError if another step of the run has one.
  template <typename S>
  std::vector<FileClaim> claim_files(const S& sink, const std::string& step, Worker& worker) const {
    std::vector<FileClaim> claims;
    for (std::size_t p = 0; p != names.size(); ++p)
      if (writers[p] == worker.index())
        claims.push_back(
            FileClaim::of_user(&worker.process(), "output '" + step + "'", sink.file_of(names[p])));
    return claims;
  }

  std::vector<std::string> names;
  std::vector<std::uint32_t> writers;  // by part
};

/// Writes the parts of one worker, each timestamp's records when nothing earlier can come.
template <Timestamp T, typename Item, typename S>
class PartitionedShard {
 public:
  PartitionedShard(S sink, SinkParts parts, const std::string& step, Worker& worker,
                   InputPort<T, Item>& in, OutputPort<T, Item>& out)
      : sink_(std::move(sink)),
        parts_(std::move(parts)),
        step_(step),
        worker_(&worker),
        in_(&in),
        out_(&out),
        saved_(worker, step),
        open_(parts_.names.size()) {}

  void run() {
    if (!std::exchange(begun_, true)) begin();
    epochs_.run(*in_, *this);
  }

  std::size_t verify() const { return epochs_.verify(); }

  Capability<T> retain(const Batch<T, Item>& batch) { return out_->retain(batch); }

  template <typename By, typename Retain>
  void work(const T& time, std::vector<Item>& records, const By& by, Retain retain) {
    saved_.begin(time, retain, find());
    Emitter<T, Item>& out = out_->at(by);
    if (open_.size() == 1) return write(0, records, out);
    std::map<std::size_t, std::vector<Item>> by_part;
    for (Item& record : records) {
      const std::size_t part = sink_.part_of(record) % open_.size();
      by_part[part].push_back(std::move(record));
    }
    for (auto& [part, of_part] : by_part) write(part, of_part, out);
  }

  void close(const Antichain<T>& frontier) { saved_.close(*in_, frontier, find()); }

  /// Closes the parts at the end of the dataflow. Of the files among them that this run has not
  /// written, what a killed run has left goes.
  void close_parts() {
    for (std::size_t p = 0; p != open_.size(); ++p) {
      if (parts_.writers[p] != worker_->index()) continue;
      if (open_[p] || opens_empty) {
        open(p).close();
      } else if constexpr (requires { sink_.file_of(parts_.names[p]); }) {
        remove_left_of(sink_.file_of(parts_.names[p]));
      }
    }
  }

 private:
  static constexpr bool opens_empty = [] {
    if constexpr (requires { S::opens_empty; }) return S::opens_empty;
    return false;
  }();

  /// Opens what an earlier run has written, and files that are there without any record: so what
  /// cannot be written is told before anything is read, and nobody else writes it meanwhile.
  void begin() {
    if (saved_.active())
      for (const auto& [part, position] : parts_.saved(*worker_->states(), step_))
        if (parts_.writers[part] == worker_->index()) open(part, position);
    if constexpr (opens_empty && requires { sink_.file_of(std::string()); }) {
      for (std::size_t p = 0; p != open_.size(); ++p)
        if (parts_.writers[p] == worker_->index() && !may_wait(sink_.file_of(parts_.names[p])))
          open(p);
    }
  }

  /// Adds where a part has got to, if its sink says so.
  auto find() {
    return [this](std::size_t part, std::vector<SavedState>& changes) {
      if (std::optional<std::string> position = open_[part]->position())
        changes.push_back({parts_.names[part], std::move(position)});
    };
  }

  SinkPart<Item>& open(std::size_t part, std::optional<std::string> resume_at = {}) {
    if (!open_[part])
      open_[part] = sink_.template open_part<Item>(
          parts_.names[part],
          {worker_->index(), worker_->peers(), saved_.active(), std::move(resume_at)});
    return *open_[part];
  }

  void write(std::size_t part, std::vector<Item>& records, Emitter<T, Item>& out) {
    open(part).write_batch(records);
    saved_.touch(part);
    out.give_all(records);
  }

  S sink_;
  SinkParts parts_;
  std::string step_;
  Worker* worker_;
  InputPort<T, Item>* in_;
  OutputPort<T, Item>* out_;
  EpochsInOrder<T, Item, Capability<T>> epochs_;
  SavedEpochs<T, std::size_t, Capability<T>> saved_;
  std::vector<std::unique_ptr<SinkPart<Item>>> open_;  // by part; null if it is not
  bool begun_ = false;
};

}  // namespace tidemark::detail
