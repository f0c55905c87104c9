// SPDX-License-Identifier: MIT
//
// GeneratedInput: a source of made-up events, with the rate, skew and disorder that one chooses.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// A made-up event.
struct GeneratedEvent {
  std::uint64_t number = 0;         ///< in the order of arrival
  std::uint64_t key = 0;            ///< 0 is the most frequent one
  std::chrono::nanoseconds time{};  ///< when it happened, from the beginning
  friend auto operator<=>(const GeneratedEvent&, const GeneratedEvent&) = default;
};

/// Which events are made up, and how they come.
struct GeneratorOptions {
  std::uint64_t seed = 0;      ///< of keys and delays
  std::uint64_t count = 1000;  ///< of events, in all parts together
  std::uint64_t keys = 1;      ///< at least 1
  /// The key that is k-th in frequency occurs in proportion to 1 / k^skew (Zipf); 0: all alike.
  double skew = 0;
  double rate = 1000;  ///< events per second of their time; above 0
  /// An event arrives up to so long after it happened, all delays being as likely.
  std::chrono::nanoseconds disorder{0};
  std::uint32_t parts = 1;       ///< that the events are dealt out to, in turn; at least 1
  std::size_t batch_size = 100;  ///< the most events of a part at a poll; 0 is 1
  bool paced = false;  ///< events arrive at `rate` by the clock of the run, and not at once
};

/// Gives events that depend on their number and the seed alone, so every run, with whatever workers
/// and parts, has the same. The position is kept. Throws ConfigError.
class GeneratedInput {
 public:
  using item_type = GeneratedEvent;  ///< what it gives

  /// Throws ConfigError for what is out of range. With a skew, takes time and memory for each key.
  explicit GeneratedInput(const GeneratorOptions& options);

  ///@{
  /// As PartitionedSource says (source.hpp); parts are called "0", "1", and so on.
  std::vector<std::string> parts() const;
  std::unique_ptr<SourcePart<GeneratedEvent>> open(const std::string& part,
                                                   const SourceContext& context) const;
  ///@}

  /// The event of a number.
  GeneratedEvent event(std::uint64_t number) const;

 private:
  GeneratorOptions options_;
  std::shared_ptr<const std::vector<double>> shares_;  // of the keys up to each, the last is 1
};

}  // namespace tidemark
