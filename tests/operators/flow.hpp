// SPDX-License-Identifier: MIT
//
// What the tests of operators share: the schedules they run under, a source of several parts, and a
// log of what came out.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/stateless/inspect.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tidemark::tests {

inline Config deterministic(std::uint32_t workers, std::uint64_t seed) {
  return {.workers = workers, .executor = ExecutorKind::deterministic, .seed = seed, .check = true};
}

/// Calls `run(config)` for the deterministic executor with 1, 2 and 7 workers and some seeds.
template <typename Run>
void for_each_schedule(Run run) {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (std::uint64_t seed = 0; seed != (workers == 1 ? 1u : 12u); ++seed) {
      INFO(workers << " workers, seed " << seed);
      run(deterministic(workers, seed));
    }
}

/// The executors that have real threads, which sanitizers are to see; ThreadSanitizer cannot look
/// into oneTBB.
inline std::vector<ExecutorKind> real_executors() {
  if (with_tbb) return {ExecutorKind::threads, ExecutorKind::tbb};
  return {ExecutorKind::threads};
}

/// Every poll that gives something ends an epoch.
inline InputOptions epoch_per_poll() {
  return {.epoch_interval = std::chrono::milliseconds(0)};
}

/// Entries in the order in which steps made them, at whatever worker.
template <typename Entry>
class Log {
 public:
  void add(Entry entry) {
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back(std::move(entry));
    }
    changed_.notify_all();
  }

  std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  std::vector<Entry> sorted() const {
    std::vector<Entry> entries = this->entries();
    std::ranges::sort(entries);
    return entries;
  }

  /// Waits until there are `size` entries; false if that takes longer than any run does.
  bool wait_for(std::size_t size) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(240),
                             [&] { return entries_.size() >= size; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
};

/// A record and the epoch it came in.
template <typename Item>
using InEpoch = std::pair<std::uint64_t, Item>;

/// A sink that forgets.
struct Discard {
  template <typename Item>
  struct Part final : SinkPart<Item> {
    void write_batch(const std::vector<Item>&) override {}
  };
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>();
  }
};

/// A step that logs every record with its epoch.
template <typename Item>
auto log_epochs(Log<InEpoch<Item>>& log) {
  return inspect_epoch([&log](const Epoch& epoch, const Item& item) {
    log.add({epoch.value, item});
  });
}

/// Ends a dataflow with an output that logs every record with its epoch.
template <typename Item>
void log_output(FlowStream<Item> stream, Log<InEpoch<Item>>& log) {
  stream | log_epochs(log) | output("logged", Discard{});
}

/// A source of several parts. Each poll of part p gives the next of `polls[p]`.
template <typename Item>
class PartsInput {
 public:
  using item_type = Item;
  using Polls = std::vector<std::vector<Item>>;

  explicit PartsInput(std::vector<Polls> polls)
      : polls_(std::make_shared<const std::vector<Polls>>(std::move(polls))) {}

  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (std::size_t p = 0; p != polls_->size(); ++p) names.push_back(std::to_string(p));
    return names;
  }
  std::unique_ptr<SourcePart<Item>> open(const std::string& part, const SourceContext&) const {
    return std::make_unique<Part>(polls_, std::stoul(part));
  }

 private:
  struct Part final : SourcePart<Item> {
    Part(std::shared_ptr<const std::vector<Polls>> all, std::size_t part)
        : keep(std::move(all)),
          polls(keep->at(part)) {}

    Poll next_batch(std::vector<Item>& batch) override {
      if (next == polls.size()) return {Poll::State::end, {}};
      batch.insert(batch.end(), polls[next].begin(), polls[next].end());
      ++next;
      return {Poll::State::more, {}};
    }

    std::shared_ptr<const std::vector<Polls>> keep;
    const Polls& polls;
    std::size_t next = 0;
  };

  std::shared_ptr<const std::vector<Polls>> polls_;
};

/// The error that a run ends with, as its text; "" if it ends well.
inline std::string error_of(const Dataflow& flow, const Config& config) {
  try {
    cluster_main(flow, config);
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace tidemark::tests
