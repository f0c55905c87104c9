// SPDX-License-Identifier: MIT
//
// Dataflow instances, as the worker that steps them sees them.
#pragma once

#include <tidemark/core/handover/envelope.hpp>

#include <cstdint>

namespace tidemark {

/// One worker's instance of one dataflow, as the worker sees it (instance.hpp). Thread: its worker.
class DataflowInstance {
 public:
  virtual ~DataflowInstance() = default;
  /// What there is to do after a step: nothing until there is a reason, more at once, or to close
  /// it since nothing is held, queued or in flight anywhere, or it has been cancelled.
  enum class Next : std::uint8_t { rest, more, end };
  /// Runs what is active, reports it to the ledger, delivers it.
  virtual Next step() = 0;
  /// Flushes the sinks of one that has ended, unless it has been cancelled.
  virtual void close() = 0;
  /// Ends a dataflow that has failed: from here on its capabilities are inert.
  virtual void cancel() noexcept = 0;
  /// Throws CapabilityError, naming it, if an input that the program feeds is still open.
  virtual void require_inputs_closed() const = 0;
  /// Takes an envelope from the worker's mailbox.
  virtual void accept(Envelope& envelope) = 0;
  /// Something from outside asks that the operator of that number be run.
  virtual void wake(std::uint32_t op) = 0;
};

}  // namespace tidemark
