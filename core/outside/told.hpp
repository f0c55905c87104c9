// SPDX-License-Identifier: MIT
//
// What a worker has been told from outside, as bytes: one stream of items for each worker of a run.
#pragma once

#include <tidemark/core/trace/varint.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// Kinds of items, by their numbers in a file, and the numbers that follow each. TRACE.md names
/// them, too.
enum class Told : std::uint8_t {
  step,       ///< dataflow: a step of it begins
  receive,    ///< dataflow, channel, sender: an envelope is taken out of the mailbox
  wake,       ///< dataflow, operator: it is to run
  moved,      ///< operator, which of its watches, what was seen: the frontier there has moved
  seen,       ///< reader, how often it had looked before, what was seen
  requested,  ///< 1 if the ledger is to be told of a reader, else 0
  clock,      ///< nanoseconds, of the run or since 1970
  value,      ///< something that an operator has asked for
  complete,   ///< the step ends its dataflow, which is complete
  cancelled,  ///< 0 before what the step does, else 1: the same, of one that has been cancelled
  returned,   ///< 1 or 0: a closure's call of Worker::step gives that
  idle,       ///< how many of them, 1 or 0: they have done nothing, and gave that
  shared,     ///< dataflow, channel, timestamp (number_of): a shared batch is taken, of these parts
  part,       ///< sender, records
  gone,       ///< reader, how often it had looked before: its dataflow has been cancelled
};
inline constexpr std::array<std::size_t, 15> told_numbers{1, 3, 2, 3, 3, 1, 1, 1,
                                                          0, 1, 1, 2, 3, 2, 2};

/// One item. Those numbers that it does not have are 0.
struct ToldItem {
  Told kind{};
  std::array<std::uint64_t, 3> numbers{};
  friend bool operator==(const ToldItem&, const ToldItem&) = default;
};

inline void put_told(std::string& to, Told kind, std::initializer_list<std::uint64_t> numbers) {
  put_varint(to, static_cast<std::uint64_t>(kind));
  for (const std::uint64_t number : numbers) put_varint(to, number);
}

/// Takes the next item; nullopt at the end. Throws BadTrace for what is none.
inline std::optional<ToldItem> take_told(VarintReader& from) {
  if (from.at_end()) return std::nullopt;
  const std::uint64_t kind = from.take();
  if (kind >= told_numbers.size())
    throw BadTrace("a worker was told what this version does not know");
  ToldItem item{static_cast<Told>(kind)};
  for (std::size_t i = 0; i != told_numbers[kind]; ++i) item.numbers[i] = from.take();
  return item;
}

}  // namespace tidemark
