// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/process/asking.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/scheduler.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace_file.hpp>
#include <tidemark/core/worker.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
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
  if (config.tuning.steps_per_turn == 0 || config.tuning.open_steps == 0)
    throw ConfigError("a run needs at least 1 step per turn and 1 open step, and was given " +
                      std::to_string(config.tuning.steps_per_turn) + " and " +
                      std::to_string(config.tuning.open_steps));
  if (config.monitor.look && config.monitor.interval.count() <= 0)
    throw ConfigError("a monitor looks at intervals of at least 1 ms, and was given " +
                      std::to_string(config.monitor.interval.count()));
  if (config.processes > 1 && config.executor != ExecutorKind::deterministic)
    throw ConfigError("a run was given " + std::to_string(config.processes) +
                      " processes; these are virtual, and only the deterministic executor has "
                      "more than 1");
}

std::string name_of(const ProgressPolicy* policy) {
  return policy != nullptr ? policy->name() : DirectPolicy().name();
}

std::string name_of(const Scheduler* scheduler) {
  return scheduler != nullptr ? scheduler->name() : "";
}

/// Whether a run with this store, which may be null, begins at the beginning.
bool is_fresh(const StateStore* states) {
  return states == nullptr || states->first_epoch() == 1;
}

std::string the_scheduler(const std::string& name) {
  return name.empty() ? "no scheduler" : "the scheduler '" + name + "'";
}

/// Throws ConfigError unless the run that is replayed was of that shape.
void require_replayable(const Config& config) {
  const TracedRun& run = config.replay->run();
  if (run.workers != config.workers)
    throw ConfigError("the run that is to be replayed had " + std::to_string(run.workers) +
                      " workers, and this one was given " + std::to_string(config.workers));
  if (config.processes > 1)
    throw ConfigError(
        "a run of virtual processes is not replayed; it goes the same way again with "
        "its seed");
  if (name_of(config.policy.get()) != run.policy)
    throw ConfigError("the run that is to be replayed had the policy '" + run.policy +
                      "', and this one was given '" + name_of(config.policy.get()) + "'");
  if (name_of(config.scheduler.get()) != run.scheduler)
    throw ConfigError("the run that is to be replayed had " + the_scheduler(run.scheduler) +
                      ", and this one was given " + the_scheduler(name_of(config.scheduler.get())));
  if (config.tuning.batch_records != run.batch_records ||
      config.tuning.open_steps != run.open_steps)
    throw ConfigError("the run that is to be replayed had batches of " +
                      std::to_string(run.batch_records) + " records and " +
                      std::to_string(run.open_steps) + " open steps, and this one was given " +
                      std::to_string(config.tuning.batch_records) + " and " +
                      std::to_string(config.tuning.open_steps));
  if (run.saves_states != (config.states != nullptr))
    throw ConfigError(std::string("the run that is to be replayed had ") +
                      (run.saves_states ? "a StateStore, and this one was given none"
                                        : "no StateStore, and this one was given one"));
  if (!is_fresh(config.states))
    throw ConfigError(
        "a replay is given a StateStore in which nothing is saved: it would go on "
        "from there");
  config.replay->begin();
}

/// The configuration, if it can be run.
Config runnable(Config config) {
  require_runnable(config);
  if (config.replay == nullptr) return config;
  require_replayable(config);
  config.executor = ExecutorKind::deterministic;
  return config;
}

std::unique_ptr<VirtualNetwork> make_network(const Config& config, Executor& executor) {
  if (config.executor != ExecutorKind::deterministic || config.replay != nullptr) return nullptr;
  return std::make_unique<VirtualNetwork>(config.network, config.seed, executor);
}

const char* name_of(ExecutorKind kind) {
  switch (kind) {
    case ExecutorKind::tbb:
      return "tbb";
    case ExecutorKind::threads:
      return "threads";
    case ExecutorKind::deterministic:
      break;
  }
  return "deterministic";
}

void begin_trace(const Process& process, const Config& config, Executor& executor) {
  TracedRun run{.program = program_invocation_short_name,
                .workers = config.workers,
                .processes = config.processes,
                .executor = name_of(config.executor),
                .seed = config.seed,
                .policy = name_of(config.policy.get()),
                .has_virtual_time = executor.has_virtual_time(),
                .tells_outside = process.tells_outside(),
                .shares_batches = process.shares_batches(),
                .saves_states = config.states != nullptr,
                .scheduler = name_of(config.scheduler.get()),
                .batch_records = config.tuning.batch_records,
                .steps_per_turn = config.tuning.steps_per_turn,
                .open_steps = config.tuning.open_steps};
  if (!run.has_virtual_time) run.began = to_iso8601(executor.wall_time());
  config.trace->begin(run, [&executor, began = executor.now()] {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(executor.now() - began).count());
  });
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
      network_(make_network(config_, executor)),
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
  if (config.trace != nullptr) begin_trace(*this, config_, executor);
}

bool Process::shares_batches() const {
  static constexpr std::uint32_t crowded = 16;  // workers on a thread
  if (config_.replay != nullptr) return config_.replay->run().shares_batches;
  return config_.workers >= crowded * executor_->threads() && config_.processes == 1 &&
         config_.turn.count() == 0;
}

bool Process::tells_outside() const {
  const bool passes_network = idle_stations_ && network_;
  return config_.trace != nullptr && config_.trace->tells_outside() && !passes_network &&
         is_fresh(config_.states);
}

Process::~Process() {
  end_run();
  if (idle_stations_) idle_stations_->wait_for_idlers();
  if (config_.traffic != nullptr) {
    *config_.traffic = registry_.traffic();
  }
  if (config_.replay != nullptr) config_.replay->end();
  workers_.clear();  // before the pools, to which they still give batches back,
  network_.reset();  // and so does this
  if (config_.trace != nullptr) end_trace();
}

void Process::end_trace() noexcept {
  try {
    std::string outcome = "ended";
    try {
      rethrow_failure();
    } catch (const std::exception& error) {
      outcome = error.what();
    } catch (...) {
      outcome = "failed";
    }
    config_.trace->end(outcome);
    for (const std::string& step : config_.trace->not_found())
      std::fprintf(stderr, "tidemark: no step is called '%s', of which the trace was to tell\n",
                   step.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemark: %s\n", error.what());
  }
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
  report_when_answered(timers_, std::move(questions),
                       [this, report = std::move(report)](std::vector<Explanation> explanations) {
                         for (Explanation& each : explanations) note_silence(each);
                         report(explanations);
                       });
}

/// Tells of inputs how long they have given nothing.
void Process::note_silence(Explanation& explanation) const {
  for (Explanation::Cause& cause : explanation.causes) {
    const std::string& port = cause.path.front().name;  // such as lines.out0
    const std::string step = port.substr(0, port.rfind('.'));
    for (const Explanation::Holder& holder : cause.holders)
      if (const auto since = input_progress_.silent_since(step, holder.worker);
          since && !cause.silent)
        cause.silent = executor_->now() - *since;
  }
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
