// SPDX-License-Identifier: MIT
//
// Counts of pointstamps, interned: what workers hold, batches, ledgers and the truth are all sums.
#pragma once

#include <tidemark/progress/ledger.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <tests/model/pointstamps.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace tidemark::model {

/// The number of a multiset of pointstamps whose counts may be negative. Equal ones have one
/// number.
using Id = std::uint32_t;
inline constexpr Id nothing = 0;

/// Two numbers as the key of a table.
inline std::uint64_t pair_of(std::uint32_t a, std::uint32_t b) {
  return std::uint64_t{a} << 32 | b;
}

/// What has been found out about pairs of numbers.
template <typename Value>
using Memo = boost::unordered_flat_map<std::uint64_t, Value>;

class Counts {
 public:
  struct Entry {
    Stamp stamp;
    std::int16_t count;  ///< not 0
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Entries = boost::container::small_vector<Entry, 4>;  // sorted by stamp

  explicit Counts(const Pointstamps& pointstamps) : pointstamps_(&pointstamps) {
    intern(Entries{});
  }

  const Pointstamps& pointstamps() const { return *pointstamps_; }
  std::size_t size() const { return all_.size(); }

  const Entries& operator[](Id id) const { return all_[id]; }
  int count(Id id, Stamp stamp) const;
  bool any_negative(Id id) const;

  Id one(Stamp stamp, int count = 1) {
    return intern(Entries{{stamp, static_cast<std::int16_t>(count)}});
  }
  Id plus(Id a, Id b);
  Id minus(Id a, Id b) { return plus(a, negative(b)); }
  Id negative(Id id);
  /// Those that `keep` says.
  template <typename Keep>
  Id only(Id id, Keep keep) {
    Entries kept;
    for (const Entry& entry : Entries(all_[id]))
      if (keep(entry)) kept.push_back(entry);
    return intern(kept);
  }

  ProgressBatch<Time> batch(Id id) const;
  Id intern(const ProgressBatch<Time>& batch);  ///< Requires: compacted, within bounds.

  /// "+1 (0,1) at body.in1, -1 0 at input.out0"
  std::string describe(Id id) const;

 private:
  struct Hash {
    std::size_t operator()(const Entries& entries) const noexcept {
      std::size_t seed = entries.size();
      for (const auto& [stamp, count] : entries)
        seed = (seed ^ (std::size_t{stamp} << 16 | static_cast<std::uint16_t>(count))) *
               0x9E3779B97F4A7C15u;
      return seed ^ seed >> 32;
    }
  };

  Id intern(const Entries& entries);

  const Pointstamps* pointstamps_;
  std::deque<Entries> all_;
  boost::unordered_flat_map<Entries, Id, Hash> ids_;
  Memo<Id> sums_;
};

}  // namespace tidemark::model
