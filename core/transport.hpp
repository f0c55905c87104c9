// SPDX-License-Identifier: MIT
//
// Transports: how a progress batch gets from one ledger to another.
#pragma once

#include <tidemark/core/executor.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace tidemark {

/// Carries messages between ledgers, first in, first out per link, each of them whole. Which is all
/// that safety needs: not the order in which messages of different senders arrive.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Has `deliver` called once at the receiving end. Thread: any; one at a time per sender.
  virtual void send(std::uint32_t from, std::uint32_t to, std::function<void()> deliver) = 0;

  std::uint64_t messages() const { return messages_.load(std::memory_order_relaxed); }

 protected:
  void count() { messages_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> messages_{0};
};

/// Ledgers that share memory: delivery is a call.
class InProcessTransport final : public Transport {
 public:
  void send(std::uint32_t, std::uint32_t, std::function<void()> deliver) override {
    count();
    deliver();
  }
};

/// Links with a delay: each is a task of the deterministic executor, which delivers one message
/// whenever the seed picks it. Thread: the executor's only one.
class VirtualTransport final : public Transport {
 public:
  explicit VirtualTransport(Executor& executor) : executor_(&executor) {}

  void send(std::uint32_t from, std::uint32_t to, std::function<void()> deliver) override {
    count();
    std::unique_ptr<Link>& link = links_[{from, to}];
    if (!link) link = std::make_unique<Link>();
    link->queue.push_back(std::move(deliver));
    executor_->submit(*link);
  }

 private:
  struct Link final : Task {
    void run() override {
      const std::function<void()> deliver = std::move(queue.front());
      queue.pop_front();
      deliver();
    }
    std::deque<std::function<void()>> queue;
  };

  Executor* executor_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::unique_ptr<Link>> links_;
};

}  // namespace tidemark
