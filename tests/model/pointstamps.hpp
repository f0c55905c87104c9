// SPDX-License-Identifier: MIT
//
// All pointstamps that can occur in a system, numbered, and could-result-in between them.
#pragma once

#include <tidemark/progress/location.hpp>

#include <tests/model/system.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::model {

/// The number of a pointstamp, in ascending order of location and time.
using Stamp = std::uint16_t;

class Pointstamps {
 public:
  Pointstamps(const Topology<Time>& topology, const Bounds& bounds);

  std::size_t size() const { return all_.size(); }
  const Pointstamp<Time>& operator[](Stamp stamp) const { return all_[stamp]; }
  /// None if the timestamp is out of bounds.
  std::optional<Stamp> find(LocationId location, const Time& time) const;
  bool is_target(Stamp stamp) const { return is_target_[stamp]; }

  /// Whether `from` is another pointstamp than `to`, and could result in it. By the oracle.
  bool before(Stamp from, Stamp to) const { return before_[from * all_.size() + to]; }

  /// "(0,1) at body.in1"
  std::string describe(Stamp stamp) const;

 private:
  const Topology<Time>* topology_;
  std::vector<Pointstamp<Time>> all_;  // sorted
  std::vector<bool> is_target_;
  std::vector<bool> before_;
};

}  // namespace tidemark::model
