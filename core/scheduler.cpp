// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/scheduler.hpp>

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace tidemark {
namespace {

class FirstOperator final : public OperatorOrder {
 public:
  std::size_t next(const ReadyOperators&) override { return 0; }
};

class FirstWorker final : public WorkerOrder {
 public:
  std::size_t next(std::span<const std::uint32_t>) override { return 0; }
};

/// The first place of those for which `key(place)` is least.
template <typename Key>
std::size_t place_of_least(const ReadyOperators& ready, Key key) {
  std::size_t least = 0;
  auto least_key = key(least);
  for (std::size_t place = 1; place != ready.size(); ++place)
    if (auto other = key(place); other < least_key) {
      least = place;
      least_key = std::move(other);
    }
  return least;
}

class EarliestOperator final : public OperatorOrder {
 public:
  std::size_t next(const ReadyOperators& ready) override {
    return place_of_least(ready, [&](std::size_t place) { return ready.earliest(place); });
  }
};

class DeepestOperator final : public OperatorOrder {
 public:
  std::size_t next(const ReadyOperators& ready) override {
    return place_of_least(ready, [&](std::size_t place) { return ~ready[place].depth; });
  }
};

/// One for each pair of numbers.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  return Random(Random(Random(seed).next() + a).next() + b).next();
}

class AnyOperator final : public OperatorOrder {
 public:
  explicit AnyOperator(std::uint64_t seed) : random_(seed) {}
  std::size_t next(const ReadyOperators& ready) override { return random_.below(ready.size()); }

 private:
  Random random_;
};

class AnyWorker final : public WorkerOrder {
 public:
  explicit AnyWorker(std::uint64_t seed) : random_(seed) {}
  std::size_t next(std::span<const std::uint32_t> ready) override {
    return random_.below(ready.size());
  }

 private:
  Random random_;
};

}  // namespace

std::unique_ptr<OperatorOrder> Scheduler::operators_of(const ScheduledPart&) const {
  return nullptr;
}
std::unique_ptr<WorkerOrder> Scheduler::workers() const {
  return nullptr;
}

std::unique_ptr<OperatorOrder> FifoScheduler::operators_of(const ScheduledPart&) const {
  return std::make_unique<FirstOperator>();
}
std::unique_ptr<WorkerOrder> FifoScheduler::workers() const {
  return std::make_unique<FirstWorker>();
}

std::unique_ptr<OperatorOrder> EarliestScheduler::operators_of(const ScheduledPart&) const {
  return std::make_unique<EarliestOperator>();
}

std::unique_ptr<OperatorOrder> DeepestScheduler::operators_of(const ScheduledPart&) const {
  return std::make_unique<DeepestOperator>();
}

std::unique_ptr<OperatorOrder> RandomScheduler::operators_of(const ScheduledPart& part) const {
  return std::make_unique<AnyOperator>(seed_of(seed_, 1 + part.worker, part.dataflow));
}
std::unique_ptr<WorkerOrder> RandomScheduler::workers() const {
  return std::make_unique<AnyWorker>(seed_of(seed_, 0, 0));
}

std::vector<std::string> scheduler_names() {
  return {"fifo", "earliest", "deepest", "random"};
}

std::shared_ptr<const Scheduler> make_scheduler(const std::string& name, std::uint64_t seed) {
  if (name == "fifo") return std::make_shared<FifoScheduler>();
  if (name == "earliest") return std::make_shared<EarliestScheduler>();
  if (name == "deepest") return std::make_shared<DeepestScheduler>();
  if (name == "random") return std::make_shared<RandomScheduler>(seed);
  const std::string_view random = "random ";
  if (name.starts_with(random)) {
    const char* const end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + random.size(), end, seed);
    if (error == std::errc() && at == end) return std::make_shared<RandomScheduler>(seed);
  }
  std::string all;
  for (const std::string& each : scheduler_names()) all += (all.empty() ? "" : ", ") + each;
  throw ConfigError("there is no scheduler '" + name + "'; there are " + all);
}

}  // namespace tidemark
