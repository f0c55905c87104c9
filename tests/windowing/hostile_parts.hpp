// SPDX-License-Identifier: MIT
//
// A source whose parts are slow, silent, uneven, failing or vanishing, and records whose times are
// at both ends of the range, before 1970, all equal or descending.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <tests/support.hpp>
#include <tests/windowing/scheduled_parts.hpp>

#include <array>
#include <limits>
#include <stdexcept>

namespace tidemark::tests::by_source {

/// Parts that are polled as they say.
class HostileParts {
 public:
  using item_type = Keyed;
  enum class End { ends, fails, aborts };
  struct Part {
    std::vector<Keyed> records{};
    std::size_t per_poll = 1;  ///< records
    Ns pause = 0;              ///< between two polls
    End end = End::ends;       ///< when all records have been given
  };

  explicit HostileParts(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != parts_.size(); ++i) names.push_back(std::to_string(i));
    return names;
  }
  std::unique_ptr<SourcePart<Keyed>> open(const std::string& part,
                                          const SourceContext& context) const {
    return std::make_unique<Reader>(parts_[std::stoul(part)], context.now);
  }

 private:
  struct Reader final : SourcePart<Keyed> {
    Reader(Part of, std::function<Clock::time_point()> clock)
        : part(std::move(of)),
          now(std::move(clock)) {}

    Poll next_batch(std::vector<Keyed>& batch) override {
      if (next == part.records.size()) {
        if (part.end == End::fails) throw std::runtime_error("the source has failed");
        return {part.end == End::aborts ? Poll::State::abort : Poll::State::end, {}};
      }
      for (std::size_t i = 0; i != part.per_poll && next != part.records.size(); ++i)
        batch.push_back(part.records[next++]);
      if (part.pause == 0) return {Poll::State::more, {}};
      return {Poll::State::wait, now() + ns(part.pause)};
    }

    Part part;
    std::function<Clock::time_point()> now;
    std::size_t next = 0;
  };

  std::vector<Part> parts_;
};

/// Times of one kind: in order, equal, descending, or as they come. The last instant of all stands
/// for what is after all time, when every window is closed; so none is drawn.
class HostileTimes {
 public:
  explicit HostileTimes(Tape& tape) : kind_(tape.below(4)), now_(edge(tape)) {}

  bool in_order() const { return kind_ < 2; }

  Ns next(Tape& tape) {
    if (kind_ == 0 || kind_ == 2) {  // a way through the range, up or down
      const Ns drawn = near(edge(tape), static_cast<Ns>(tape.below(40)) - 20);
      if (kind_ == 0 ? drawn > now_ : drawn < now_) now_ = drawn;
    } else if (kind_ == 3) {
      now_ = near(edge(tape), static_cast<Ns>(tape.below(40)) - 20);
    }
    return now_;
  }

 private:
  static constexpr Ns first = std::numeric_limits<Ns>::min();
  static constexpr Ns last = std::numeric_limits<Ns>::max() - 1;

  static Ns edge(Tape& tape) {
    constexpr std::array<Ns, 9> edges{
        0,         -1,       -1'000'000'000'000'000'000, 1'700'000'000'000'000'000, first, last,
        first / 2, last / 2, -3'600'000'000'000};
    return edges[tape.below(edges.size())];
  }
  static Ns near(Ns time, Ns by) {
    Ns sum = 0;
    if (__builtin_add_overflow(time, by, &sum)) return time;
    return std::min(sum, last);
  }

  std::uint32_t kind_;
  Ns now_;
};

}  // namespace tidemark::tests::by_source
