// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/worker.hpp>

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
