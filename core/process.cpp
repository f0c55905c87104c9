// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/process/asking.hpp>
#include <tidemark/core/worker.hpp>

#include <string>
#include <utility>

namespace tidemark {
namespace {

/// Throws ConfigError.
void require_runnable(const Config& config) {
  if (config.workers == 0) throw ConfigError("a run needs at least 1 worker, and was given 0");
  if (config.processes == 0 || config.processes > config.workers)
    throw ConfigError("a run of " + std::to_string(config.workers) +
                      " workers takes between 1 and " + std::to_string(config.workers) +
                      " processes, and was given " + std::to_string(config.processes));
  if (config.processes > 1 && config.executor != ExecutorKind::deterministic)
    throw ConfigError("a run was given " + std::to_string(config.processes) +
                      " processes; these are virtual, and only the deterministic executor has "
                      "more than 1");
}

/// The configuration, if it can be run.
const Config& runnable(const Config& config) {
  require_runnable(config);
  return config;
}

std::unique_ptr<VirtualNetwork> make_network(const Config& config, Executor& executor) {
  if (config.executor != ExecutorKind::deterministic) return nullptr;
  return std::make_unique<VirtualNetwork>(config.network, config.seed, executor);
}

/// False if all workers tell the only ledger at once.
bool gathers_anything(const Routes& routes) {
  if (routes.layout().ledgers() > 1) return true;
  for (std::uint32_t w = 0; w != routes.layout().workers; ++w)
    if (!routes.tells_own_ledger(w)) return true;
  return false;
}

}  // namespace

Process::Process(const Config& config, Executor& executor)
    : config_(runnable(config)),
      executor_(&executor),
      network_(make_network(config, executor)),
      links_(config_, network_.get(), *this),
      registry_(
          config_, [this](std::uint32_t worker) { workers_[worker]->wake(); },
          [this](const auto& make) { post_to_all(make); }, gate_),
      unfinished_(config.workers),
      timers_(executor) {
  auto routes = std::make_shared<const Routes>(
      config.policy ? config.policy : std::make_shared<const DirectPolicy>(), layout_of(config));
  if (gathers_anything(*routes))
    idle_stations_.emplace(config_, std::move(routes), network_.get(), executor, registry_);
  for (std::uint32_t w = 0; w != config.workers; ++w)
    workers_.push_back(std::make_unique<Worker>(*this, w));
}

Process::~Process() {
  end_run();
  if (idle_stations_) idle_stations_->wait_for_idlers();
  if (config_.traffic != nullptr) {
    *config_.traffic = registry_.traffic();
  }
  workers_.clear();  // before the pools, to which they still give batches back,
  network_.reset();  // and so does this
}

void Process::post(std::uint32_t to, Envelope& envelope) {
  workers_[to]->post(envelope);
}

void Process::post_to_all(const std::function<Envelope&(std::uint32_t worker)>& make) {
  for (const auto& each : workers_) each->post(make(each->index()));
}

void Process::deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope) {
  if (links_.needed()) return links_.deliver(from, to, envelope);
  workers_[to]->post(envelope);
}

void Process::explain(Report report) {
  std::vector<std::shared_ptr<Question>> questions;
  for (const auto& dataflow : dataflows()) questions.push_back(dataflow->ask());
  report_when_answered(timers_, std::move(questions), std::move(report));
}

void Process::fail(std::exception_ptr error) noexcept {
  stopping_.fail(std::move(error));
  for (const auto& each : workers_) each->wake();
}

void Process::end_run() {
  gate_->close();
  timers_.close();
}

void Process::worker_finished() {
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) executor_->stop();
}

}  // namespace tidemark
