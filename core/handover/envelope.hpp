// SPDX-License-Identifier: MIT
//
// Envelopes: what is sent from worker to worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// What can lie in a worker's mailbox, addressed to one channel of one dataflow.
class Envelope {
 public:
  virtual ~Envelope() = default;
  Envelope() = default;
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  /// Gives the envelope back to whoever owns its memory. Any thread.
  virtual void release() = 0;

  /// Its size on a network: that of the records as they lie in memory, and of a header of 16 bytes
  /// and the timestamp.
  virtual std::size_t bytes() const { return 16; }

  /// Records of one timestamp from one worker.
  struct Content {
    std::uint32_t sender = 0;
    std::string time;
    std::uint64_t records = 0;
  };
  /// What is in it, for those who watch; nothing if it holds no records.
  virtual std::vector<Content> contents() const { return {}; }

  Envelope* next = nullptr;  ///< for the queue that it lies in
  std::uint32_t dataflow = 0;
  std::uint32_t channel = 0;  ///< index into the dataflow's list of receivers
  std::uint32_t sender = 0;   ///< worker
};

/// What takes envelopes out of the mailbox: an input port, or an operator's activator.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void accept(Envelope& envelope) = 0;
};

/// Brings envelopes to workers.
class Mail {
 public:
  virtual ~Mail() = default;
  /// Puts an envelope into the mailbox of `to`. Any thread.
  virtual void post(std::uint32_t to, Envelope& envelope) = 0;
  /// The same for what `from` sends; between virtual processes by way of the network. Thread: that
  /// of `from`.
  virtual void deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope) = 0;
};

}  // namespace tidemark
