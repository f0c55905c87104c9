// SPDX-License-Identifier: MIT
//
// Overlapping windows of a key that share their work.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/windowing/slice_tree.hpp>
#include <tidemark/windowing/two_stacks.hpp>
#include <tidemark/windowing/window_work.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>

#include <boost/container/devector.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark::detail {

/// Where the slices of a SlidingWindow begin: wherever a window opens or closes. There are two in
/// each offset, 2k and 2k + 1, unless the length is a multiple of it; then only those with an even
/// number. A window is a run of slices. (Paired windows: Krishnamurthy, Wu and Franklin,
/// "On-the-fly sharing for streamed aggregation", SIGMOD 2006.)
class Slicing {
 public:
  explicit Slicing(const SlidingWindow& windower)
      : windower_(&windower),
        offsets_(windower.length() / windower.offset()),
        rest_(windower.length() % windower.offset()) {}

  std::int64_t slice_of(EventTime time) const {
    const std::int64_t k = windower_->last_before(time);
    return 2 * k + (rest_ != 0 && windower_->since_open(time, k) >= rest_ ? 1 : 0);
  }
  std::int64_t first_slice(std::int64_t window) const { return 2 * window; }
  std::int64_t slices_end(std::int64_t window) const {
    return 2 * (window + offsets_) + (rest_ != 0 ? 1 : 0);
  }
  std::int64_t first_window(std::int64_t slice) const {
    return (slice >> 1) - offsets_ + (rest_ == 0 || (slice & 1) != 0 ? 1 : 0);
  }
  std::int64_t last_window(std::int64_t slice) const {
    return (slice >> 1) - (offsets_ == 0 && (slice & 1) != 0 ? 1 : 0);
  }

 private:
  const SlidingWindow* windower_;
  std::int64_t offsets_;  // whole offsets in a length
  std::int64_t rest_;     // of the length
};

/// The open windows of one key: a value is folded once, into its slice. Slices that no value can
/// reach any more, in order, go through a queue that knows their sum; under the rules of 0.17,
/// where a value may be late for one window and in time for the next, all are in a tree.
///
/// Cost: one fold a value; a window costs as many combines as TwoStacks, RunningDifference or
/// SliceTree say, independently of how many values or slices it has.
template <typename Work>
class SlicedWindows {
  using Accumulator = typename Work::Accumulator;
  using Window = SlidingWindow::Window;
  static constexpr bool invertible = Work::Aggregate::algebra == Algebra::invertible;

 public:
  template <typename Value, typename Emit>
  Placement add(Work& work, EventTime time, Value value, EventTime watermark, Emit&& emit) {
    const Slicing slicing(work.windower);
    const std::int64_t slice = slicing.slice_of(time);
    const std::int64_t last = slicing.last_window(slice);
    const std::int64_t first = slicing.first_window(slice);
    if (work.windower.judges_by_window()) {
      if (last < first) return Placement::outside;
      close(work, watermark, emit);  // for what is over must not get the value
      const bool late = work.windower.end(Window{first}) <= watermark;
      if (work.windower.end(Window{last}) <= watermark) return Placement::late;
      if (late)  // nor what was over before it had a value
        next_ = std::max(
            next_, work.windower.first_after(set_back(watermark, std::chrono::nanoseconds(1))));
      if (!tree_) tree_ = std::make_unique<SliceTree<Work>>();
      tree_->add(work, slice, std::move(value), time);
      return late ? Placement::late : Placement::placed;
    }
    if (time < watermark) return Placement::late;
    if (last < first) return Placement::outside;
    if (!slices_.empty() && slices_.back().id == slice) {
      work.add(slices_.back().accumulator, std::move(value), time);
      return Placement::placed;
    }
    const auto at = std::ranges::lower_bound(slices_, slice, {}, &Slice::id);
    if (at != slices_.end() && at->id == slice) {
      work.add(at->accumulator, std::move(value), time);
    } else {
      slices_.insert(at, Slice{slice, work.first(std::move(value), time)});
    }
    return Placement::placed;
  }

  template <typename Emit>
  void close(Work& work, EventTime watermark, Emit&& emit) {
    const Slicing slicing(work.windower);
    while (!empty()) {
      const std::int64_t id = next_window(slicing);
      if (work.windower.end(Window{id}) > watermark) return;
      if (tree_) {
        tree_->drop_before(slicing.first_slice(id));
        emit(Window{id}, *tree_->before(work, slicing.slices_end(id)));
      } else {
        pop_before(work, slicing.first_slice(id));
        for (; queued_ != slices_.size() && slices_[queued_].id < slicing.slices_end(id); ++queued_)
          queue_.push(work, slices_[queued_].accumulator);
        emit(Window{id}, queue_.all(work));
      }
      next_ = id + 1;
      if (tree_) {
        while (!tree_->empty() && slicing.last_window(tree_->oldest()) < next_)
          tree_->drop_before(tree_->oldest() + 1);
      } else {
        while (!slices_.empty() && slicing.last_window(slices_.front().id) < next_)
          pop_before(work, slices_.front().id + 1);
      }
    }
  }

  EventTime next_end(const Work& work) const {
    return empty() ? after_all_time
                   : work.windower.end(Window{next_window(Slicing(work.windower))});
  }
  bool empty() const { return tree_ ? tree_->empty() : slices_.empty(); }

  /// The slices can be written, and read into one that is new; their sums are made anew.
  static constexpr bool encodable = Encodable<Accumulator>;
  static std::string signature() { return "slices of " + Codec<Accumulator>::signature(); }
  void write(std::string& to) const {
    Codec<std::int64_t>::write(to, next_);
    const auto write_slice = [&to](std::int64_t id, const Accumulator& accumulator) {
      to += '\1';
      Codec<std::int64_t>::write(to, id);
      Codec<Accumulator>::write(to, accumulator);
    };
    for (const Slice& slice : slices_) write_slice(slice.id, slice.accumulator);
    if (tree_) tree_->for_each(write_slice);
    to += '\0';
  }
  void read(ByteReader& from, const Work& work) {
    next_ = Codec<std::int64_t>::read(from);
    if (work.windower.judges_by_window()) tree_ = std::make_unique<SliceTree<Work>>();
    while (from.take(1).front() != '\0') {
      const auto id = Codec<std::int64_t>::read(from);
      auto accumulator = Codec<Accumulator>::read(from);
      if (tree_) {
        tree_->insert(id, std::move(accumulator));
      } else {
        slices_.push_back(Slice{id, std::move(accumulator)});
      }
    }
  }

 private:
  struct Slice {
    std::int64_t id;
    Accumulator accumulator;
  };

  /// The first window that has not closed and has a value. Requires: not empty.
  std::int64_t next_window(const Slicing& slicing) const {
    return std::max(next_, slicing.first_window(tree_ ? tree_->oldest() : slices_.front().id));
  }

  void pop_before(Work& work, std::int64_t slice) {
    while (!slices_.empty() && slices_.front().id < slice) {
      if (queued_ != 0) queue_.pop(work, slices_, queued_--);
      slices_.pop_front();
    }
  }

  boost::container::devector<Slice> slices_;  // in order; the first `queued_` are in the queue
  std::size_t queued_ = 0;
  std::int64_t next_ = std::numeric_limits<std::int64_t>::min();  // windows before it have closed
  std::conditional_t<invertible, RunningDifference<Work>, TwoStacks<Work>> queue_;
  std::unique_ptr<SliceTree<Work>> tree_;
};

}  // namespace tidemark::detail
