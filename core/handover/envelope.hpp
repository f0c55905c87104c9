// SPDX-License-Identifier: MIT
//
// Envelopes: what is sent from worker to worker.
#pragma once

#include <tidemark/core/traced_time.hpp>

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

  /// False of what only asks that something be run.
  virtual bool has_records() const { return true; }

  /// Its size on a network: that of the records as they lie in memory, and of a header of 16 bytes
  /// and the timestamp.
  virtual std::size_t bytes() const { return 16; }

  /// Records of one timestamp from one worker.
  struct Content {
    std::uint32_t sender = 0;
    TracedTime time;
    std::uint64_t records = 0;
    std::vector<std::string> first{};  ///< of them, as text
  };
  /// What is in it, for those who watch, of each content up to `as_text` records as text; nothing
  /// if it holds no records.
  virtual std::vector<Content> contents(std::uint64_t /*as_text*/) const { return {}; }

  /// Whether several senders may have filled it (records/shared_batches.hpp), in a run that tells
  /// who.
  virtual bool is_shared() const { return false; }
  /// Of a shared batch: an empty one at its timestamp, and moves records of another to its end.
  virtual Envelope& another() { return *this; }
  virtual void take(Envelope& /*from*/, std::uint64_t /*begin*/, std::uint64_t /*end*/) {}

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
