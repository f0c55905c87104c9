// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/worker.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tidemark {

Process::Process(const Config& config, Executor& executor)
    : config_(config),
      executor_(&executor),
      unfinished_(config.workers) {
  if (config.workers == 0) throw ConfigError("a run needs at least 1 worker, and was given 0");
  if (config.executor == ExecutorKind::deterministic) {
    transport_ = std::make_unique<VirtualTransport>(executor);
  } else {
    transport_ = std::make_unique<InProcessTransport>();
  }
  for (std::uint32_t w = 0; w != config.workers; ++w)
    workers_.push_back(std::make_unique<Worker>(*this, w));
}

Process::~Process() {
  workers_.clear();  // before the pools, to which they still give batches back
}

void Process::wake(std::uint32_t worker) {
  if (worker < workers_.size()) {
    workers_[worker]->wake();
  } else {
    for (const auto& each : workers_) each->wake();
  }
}

void Process::post_to_all(const std::function<Envelope&(std::uint32_t worker)>& make) {
  for (const auto& each : workers_) each->post(make(each->index()));
}

namespace {

void report_when_answered(Executor& executor, std::vector<std::shared_ptr<Question>> questions,
                          Process::Report report, int looks_left) {
  constexpr std::chrono::milliseconds interval{50};
  executor.call_at(executor.now() + interval, [&executor, questions = std::move(questions),
                                               report = std::move(report), looks_left]() mutable {
    const bool answered =
        std::ranges::all_of(questions, [](const auto& q) { return q->answered(); });
    if (!answered && looks_left > 0)
      return report_when_answered(executor, std::move(questions), std::move(report),
                                  looks_left - 1);
    std::vector<Explanation> all;
    for (const auto& question : questions)
      std::ranges::move(question->explain(), std::back_inserter(all));
    report(all);
  });
}

}  // namespace

void Process::explain(Report report) {
  std::vector<std::shared_ptr<Question>> questions;
  for (const auto& dataflow : dataflows()) questions.push_back(dataflow->ask());
  explain(std::move(questions), std::move(report));
}

void Process::explain(std::vector<std::shared_ptr<Question>> questions, Report report) {
  report_when_answered(*executor_, std::move(questions), std::move(report), 20);
}

void Process::has_built(std::uint32_t worker, std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  if (!fewest_ || count < fewest_->first) fewest_.emplace(count, worker);
  require_same_number(worker, static_cast<std::uint32_t>(dataflows_.size()));
}

/// Another worker than `worker` may have ended with fewer than `count` dataflows. Requires: locked.
void Process::require_same_number(std::uint32_t worker, std::uint32_t count) const {
  if (!fewest_ || fewest_->first >= count) return;
  const auto& [built, by] = *fewest_;
  throw DataflowError("worker " + std::to_string(by) + " has ended its building after " +
                      std::to_string(built) + " dataflows, and " +
                      (by == worker ? "another worker" : "worker " + std::to_string(worker)) +
                      " has built " + std::to_string(count) +
                      "; every worker builds the same dataflows in the same order");
}

void Process::cancel(std::uint32_t index) {
  std::shared_ptr<DataflowView> dataflow;
  {
    const std::lock_guard lock(mutex_);
    if (index >= views_.size())
      throw DataflowError("dataflow " + std::to_string(index) + " cannot be cancelled: " +
                          std::to_string(views_.size()) + " have been built, counted from 0");
    dataflow = views_[index];
  }
  dataflow->cancel();
}

void Process::fail(std::exception_ptr error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(error);
  }
  stopping_.store(true, std::memory_order_seq_cst);
  for (const auto& each : workers_) each->wake();
}

void Process::rethrow_failure() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

void Process::worker_finished() {
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) executor_->stop();
}

std::vector<std::shared_ptr<DataflowView>> Process::dataflows() const {
  const std::lock_guard lock(mutex_);
  return views_;
}

}  // namespace tidemark
