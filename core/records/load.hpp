// SPDX-License-Identifier: MIT
//
// Loads: what one worker sends to many in a step.
#pragma once

#include <tidemark/core/record_type.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// Records of one channel, in order. Thread: its worker, or who takes it.
template <Timestamp T>
struct Load {
  /// Records of one timestamp, from where the stretch before it ends.
  struct Stretch {
    T time;
    std::size_t end;
  };

  explicit Load(const RecordType& type) : records(type) {}

  bool empty() const { return to.empty(); }

  /// Adds records of `time`, each for the worker that `of` names, and leaves `added` empty.
  void add(const T& time, AnyRecords& added, const std::vector<std::uint32_t>& of) {
    if (to.empty()) {
      records.type().swap(records.get(), added);
    } else {
      records.type().append(records.get(), added);
    }
    to.insert(to.end(), of.begin(), of.end());
    if (stretches.empty() || stretches.back().time != time) stretches.push_back({time, 0});
    stretches.back().end = to.size();
  }
  /// Leaves it empty, with room for as much as is usual.
  void clear() {
    const std::size_t usual = 16 * records.type().batch_capacity;
    records.clear(usual);
    if (to.capacity() > usual) to = {};
    to.clear();
    stretches.clear();
  }
  /// Calls `call(time, number of records)`.
  template <typename Call>
  void for_each_stretch(Call&& call) const {
    std::size_t begin = 0;
    for (const auto& [time, end] : stretches) call(time, end - std::exchange(begin, end));
  }

  RecordStore records;
  std::vector<std::uint32_t> to;  ///< worker, by record
  std::vector<Stretch> stretches;
};

}  // namespace tidemark
