// SPDX-License-Identifier: MIT
//
// Kept mail: what has been sent to a worker in a replay, until the trace says that it is taken.
#pragma once

#include <tidemark/core/handover/envelope.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace tidemark {

/// Records of one sender in a shared batch, in their order there.
struct SharedPart {
  std::uint32_t sender = 0;
  std::uint64_t records = 0;
};

/// A number for a timestamp of a channel; that of another is another, as good as always.
std::uint64_t number_of(const TracedTime& time);

/// Thread: its worker.
class KeptMail {
 public:
  KeptMail() = default;
  KeptMail(const KeptMail&) = delete;
  KeptMail& operator=(const KeptMail&) = delete;
  ~KeptMail();

  /// Takes an envelope with records. Of shared batches each is to be of one sender.
  void keep(Envelope& envelope);

  /// The first of this sender that is no shared batch; null if there is none.
  Envelope* take(std::uint32_t dataflow, std::uint32_t channel, std::uint32_t sender);
  /// A batch of the first records of these senders at a timestamp; null unless all are there.
  Envelope* take_shared(std::uint32_t dataflow, std::uint32_t channel, std::uint64_t time,
                        const std::vector<SharedPart>& parts);

 private:
  using From = std::array<std::uint64_t, 4>;  // dataflow, channel, sender, 1 + time or 0
  struct Kept {
    Envelope* envelope;
    std::uint64_t records;
    std::uint64_t taken = 0;  // of them
  };

  bool has(const From& from, std::uint64_t records) const;

  std::map<From, std::deque<Kept>> kept_;
};

}  // namespace tidemark
