// SPDX-License-Identifier: MIT
//
// What an activator's copies share.
#pragma once

#include <tidemark/core/activator.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/handover/gate.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/timers.hpp>
#include <tidemark/core/worker.hpp>

#include <atomic>
#include <memory>

namespace tidemark {

/// Lies in the mailbox itself, at most once.
struct Activator::State final : Envelope {
  explicit State(Worker& of) : gate(of.process().gate()), worker(&of), timers(of.executor()) {}

  bool has_records() const override { return false; }
  void release() override {
    const auto keep = std::move(self);
    queued.store(false);
  }

  std::shared_ptr<Gate> gate;  // before the rest
  Worker* worker;
  std::atomic<bool> queued{false};
  std::shared_ptr<State> self;  // while it lies in the mailbox
  Timers timers;                // closed when the dataflow ends, since their actions share this
};

}  // namespace tidemark
