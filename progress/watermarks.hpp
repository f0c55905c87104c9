// SPDX-License-Identifier: MIT
//
// Watermarks: what parts of sources have promised about event times, and what of that holds where a
// frontier has come to.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// A part of a source: the output that it feeds, the worker that reads it, and its number there.
struct PartId {
  /// Stands for all that the worker sends, where it does not tell parts apart, or not yet.
  static constexpr std::uint32_t whole = ~std::uint32_t{0};

  LocationId source;           ///< the output that it feeds
  std::uint32_t worker = 0;    ///< who reads it
  std::uint32_t part = whole;  ///< its number there, or `whole`
  friend auto operator<=>(const PartId&, const PartId&) = default;
};

/// A point of event time, in nanoseconds since 1970.
using Mark = std::int64_t;
inline constexpr Mark nothing_yet = std::numeric_limits<Mark>::min();  ///< before all time
inline constexpr Mark end_of_time = std::numeric_limits<Mark>::max();  ///< after all time

/// Whether others wait for a part: for one that is open they do; one that is idle may send more,
/// which may break what it has promised; one that has ended sends nothing.
enum class PartState : std::uint8_t { open, idle, ended };

/// A promise: what `part` sends at timestamps after `through` has no event time before `mark`.
template <Timestamp T>
struct Watermark {
  PartId part;                        ///< who promises
  T through{};                        ///< the last timestamp of which it is not yet true
  Mark mark = nothing_yet;            ///< `nothing_yet`: any event time may come
  PartState state = PartState::open;  ///< what the part is from there on
  friend auto operator<=>(const Watermark&, const Watermark&) = default;
};

/// The watermarks of a dataflow's sources, as one ledger has been told. They come with the changes
/// that move a part's capability past `through`, in one batch. So when a frontier has passed a
/// timestamp, the watermarks of all parts that could result in it there are known: a port's
/// watermark is the least of those that are open, a function of its frontier and of nothing else.
/// While none is open and some are idle, it is the greatest that any has promised; when all have
/// ended, the end of time.
///
/// Memory: the watermarks that some reader's frontier has not passed, and one for each part that
/// has not ended and for each source. A plain value. Requires: T is totally ordered at sources and
/// readers, which are outside all loops.
template <Timestamp T>
class Watermarks {
 public:
  /// A source from which a port can be reached, and what the shortest way does to timestamps.
  struct Way {
    LocationId source;              ///< the output that its parts feed
    typename T::Summary summary{};  ///< from there to the port
  };

  /// From here on what the worker sends by `source` counts, with nothing promised.
  void expect(LocationId source, std::uint32_t worker) { parts_[{source, worker}]; }

  /// Takes over promises, those of each part in the order of its timestamps.
  void apply(std::span<const Watermark<T>> batch) {
    for (const auto& [part, through, mark, state] : batch)
      parts_[part].push_back({through, {mark, state}});
    for (const Watermark<T>& promise : batch)
      if (!is_read(promise.part.source)) forget(promise.part.source);
  }

  /// Adds a reader at `port`, which is reached by `ways`, for a worker, and returns its number.
  /// What it has to ask for is kept until it has; so it is added before anything is promised.
  std::size_t add_reader(LocationId port, std::vector<Way> ways, std::uint32_t worker = 0) {
    readers_.push_back({port, worker, std::move(ways), T::minimum()});
    return readers_.size() - 1;
  }
  /// The number of the reader at a port for a worker, which has been added.
  std::size_t reader(LocationId port, std::uint32_t worker) const {
    const auto at = std::ranges::find_if(
        readers_, [&](const Reader& each) { return each.port == port && each.worker == worker; });
    TIDEMARK_CHECK(at != readers_.end(), "who reads a watermark has been added before");
    return static_cast<std::size_t>(at - readers_.begin());
  }

  /// Where a port's watermark stands, and the parts that hold it there.
  struct Hold {
    LocationId port;            ///< the input whose watermark it is
    Mark mark = nothing_yet;    ///< no event time before it is to come
    std::vector<PartId> parts;  ///< none if all have ended
    bool idle = false;          ///< none is open: these are idle
  };
  /// Of each port that has a reader, if frontiers are `frontier(port)`.
  template <typename FrontierOf>
  std::vector<Hold> holds(FrontierOf&& frontier_of) const {
    std::vector<Hold> holds;
    for (const Reader& reader : readers_) {
      if (std::ranges::find(holds, reader.port, &Hold::port) != holds.end()) continue;
      const Antichain<T>& frontier = frontier_of(reader.port);
      std::vector<PartId> parts;
      std::vector<Standing> all;
      for (const Way& way : reader.ways)
        for_parts_of(way.source, [&](const PartId& part, const auto& promised) {
          Standing standing;
          for (const Promise& promise : promised) {
            const std::optional<T> time = way.summary.results_in(promise.through);
            if (!time || frontier.less_equal_to(*time)) break;
            standing = promise.standing;
          }
          parts.push_back(part);
          all.push_back(standing);
        });
      Hold& hold = holds.emplace_back(Hold{reader.port, watermark_of(all, reader.ways), {}});
      hold.idle = std::ranges::find(all, PartState::open, &Standing::state) == all.end();
      for (std::size_t i = 0; i != parts.size(); ++i)
        if (hold.idle ? all[i].state == PartState::idle
                      : all[i] == Standing{hold.mark, PartState::open})
          hold.parts.push_back(parts[i]);
    }
    return holds;
  }

  /// Calls `step(time, mark)`, in order, for the timestamps since the last call that `frontier` has
  /// passed and at which a watermark of the reader's sources has arrived: from there on that of the
  /// port is `mark`. Cost: O(parts * timestamps), and a sort.
  template <typename Step>
  void follow(std::size_t reader, const Antichain<T>& frontier, Step&& step) {
    auto& [port, worker, ways, seen] = readers_[reader];
    struct Arrival {
      T time;
      std::size_t part;
      Standing standing;
    };
    std::vector<Standing> all;
    std::vector<Arrival> arrivals;
    for (const Way& way : ways)
      for_parts_of(way.source, [&](const PartId&, const auto& promised) {
        Standing standing;
        for (const Promise& promise : promised) {
          const std::optional<T> time = way.summary.results_in(promise.through);
          if (!time || frontier.less_equal_to(*time)) break;
          if (*time < seen) {
            standing = promise.standing;
          } else {
            arrivals.push_back({*time, all.size(), promise.standing});
          }
        }
        all.push_back(standing);
      });
    std::ranges::stable_sort(arrivals, {}, &Arrival::time);
    for (std::size_t i = 0; i != arrivals.size(); ++i) {
      all[arrivals[i].part] = arrivals[i].standing;
      if (i + 1 != arrivals.size() && arrivals[i + 1].time == arrivals[i].time) continue;
      step(arrivals[i].time, watermark_of(all, ways));
    }
    if (frontier.empty()) return;  // nobody will ask again
    if (const T& now = *frontier.begin(); seen < now) seen = now;
    for (const Way& way : ways) forget(way.source);
  }

  /// True if of no part anything is kept: none was expected, or all have ended and readers know.
  bool empty() const { return parts_.empty(); }

  /// Equal if the same is kept of what was promised.
  friend bool operator==(const Watermarks& a, const Watermarks& b) { return a.parts_ == b.parts_; }

 private:
  /// How far a part has come, and whether it is waited for.
  struct Standing {
    Mark mark = nothing_yet;
    PartState state = PartState::open;
    friend bool operator==(const Standing&, const Standing&) = default;
  };
  struct Promise {
    T through;
    Standing standing;
    friend bool operator==(const Promise&, const Promise&) = default;
  };
  struct Reader {
    LocationId port;
    std::uint32_t worker;
    std::vector<Way> ways;
    T seen;  // what was before has been asked for
  };

  template <typename Action>
  void for_parts_of(LocationId source, Action&& action) const {
    for (auto at = parts_.lower_bound({source, 0, 0}); at != parts_.end(); ++at) {
      if (at->first.source != source) return;
      action(at->first, at->second);
    }
  }

  /// Of a port that is reached by `ways` from such parts, and from some that have been forgotten.
  Mark watermark_of(const std::vector<Standing>& parts, const std::vector<Way>& ways) const {
    Mark least = end_of_time, greatest = nothing_yet;
    bool idles = false;
    for (const auto& [mark, state] : parts) {
      if (state == PartState::open) least = std::min(least, mark);
      greatest = std::max(greatest, mark);
      idles |= state == PartState::idle;
    }
    if (least != end_of_time || !idles) return least;
    for (const Way& way : ways)
      if (const auto at = forgotten_.find(way.source); at != forgotten_.end())
        greatest = std::max(greatest, at->second);
    return greatest;
  }

  bool is_read(LocationId source) const {
    return std::ranges::any_of(readers_, [&](const Reader& reader) {
      return std::ranges::find(reader.ways, source, &Way::source) != reader.ways.end();
    });
  }

  /// Whether all readers have seen what is promised as of `through`.
  bool seen_by_all(LocationId source, const T& through) const {
    for (const auto& [port, worker, ways, seen] : readers_)
      for (const Way& way : ways) {
        if (way.source != source) continue;
        const std::optional<T> time = way.summary.results_in(through);
        if (!time || !(*time < seen)) return false;
      }
    return true;
  }

  /// Forgets promises that a later one has replaced for all readers, and parts that have ended.
  void forget(LocationId source) {
    for (auto at = parts_.lower_bound({source, 0, 0}); at != parts_.end();) {
      if (at->first.source != source) return;
      auto& promised = at->second;
      while (promised.size() > 1 && seen_by_all(source, promised[1].through)) promised.pop_front();
      const bool ended = promised.size() == 1 &&
                         promised.front().standing.state == PartState::ended &&
                         seen_by_all(source, promised.front().through);
      if (ended) {
        Mark& mark = forgotten_.try_emplace(source, nothing_yet).first->second;
        mark = std::max(mark, promised.front().standing.mark);
      }
      at = ended ? parts_.erase(at) : std::next(at);
    }
  }

  std::map<PartId, std::deque<Promise>> parts_;  // the promises of each in order
  std::map<LocationId, Mark> forgotten_;         // the greatest of parts that have ended
  std::vector<Reader> readers_;
};

}  // namespace tidemark
