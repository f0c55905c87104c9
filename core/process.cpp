// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/worker.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <thread>
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

/// False if all workers tell the only ledger at once.
bool gathers_anything(const Routes& routes) {
  if (routes.layout().ledgers() > 1) return true;
  for (std::uint32_t w = 0; w != routes.layout().workers; ++w)
    if (!routes.tells_own_ledger(w)) return true;
  return false;
}

}  // namespace

Process::Process(const Config& config, Executor& executor)
    : config_(config),
      executor_(&executor),
      unfinished_(config.workers) {
  require_runnable(config);
  const Layout layout = layout_of(config);
  if (config.executor == ExecutorKind::deterministic)
    network_ = std::make_unique<VirtualNetwork>(config.network, config.seed, executor);
  auto routes = std::make_shared<const Routes>(
      config.policy ? config.policy : std::make_shared<const DirectPolicy>(), layout);
  if (gathers_anything(*routes)) {
    awake_.emplace(layout);
    reporting_ = {std::move(routes), network_.get(), &*awake_, config.traffic != nullptr, {}};
    lingering_.resize(layout.processes);
    if (network_ && config.linger.count() > 0)
      reporting_.linger = [this](std::uint32_t process) { flush_process_later(process); };
  }
  if (config.traffic != nullptr)
    data_.assign(layout.workers, std::vector<DataTraffic>(layout.processes));
  for (std::uint32_t w = 0; w != config.workers; ++w)
    workers_.push_back(std::make_unique<Worker>(*this, w));
}

Process::~Process() {
  // A closure's last rest may still be on its way from `goes_idle`, on another thread.
  while (going_idle_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  if (config_.traffic != nullptr) fill(*config_.traffic);
  workers_.clear();  // before the pools, to which they still give batches back,
  network_.reset();  // and so does this
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

/// Gives an envelope back that has not been delivered when the run ends.
struct InTransit {
  explicit InTransit(Envelope& of) : envelope(&of) {}
  InTransit(const InTransit&) = delete;
  InTransit& operator=(const InTransit&) = delete;
  ~InTransit() {
    if (envelope != nullptr) envelope->release();
  }
  Envelope* envelope;
};

}  // namespace

void Process::deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope) {
  if (config_.processes == 1 && data_.empty()) return workers_[to]->post(envelope);
  const Layout layout = layout_of(config_);
  const std::uint32_t from_process = layout.process_of_worker(from);
  const std::uint32_t to_process = layout.process_of_worker(to);
  if (!data_.empty()) data_[from][to_process] += {1, envelope.bytes()};
  if (from_process == to_process) return workers_[to]->post(envelope);
  network_->send({VirtualNetwork::Kind::data, from_process, to_process, from_process, to_process},
                 envelope.bytes(),
                 [receiver = workers_[to].get(), sent = std::make_shared<InTransit>(envelope)] {
                   receiver->post(*std::exchange(sent->envelope, nullptr));
                 });
  network_->depart();
}

void Process::goes_idle(std::uint32_t worker) {
  going_idle_.fetch_add(1, std::memory_order_relaxed);
  if (reporting_.linger) return;
  for (ReportStations* const of : stations()) of->flush_worker(worker);
}

void Process::has_gone_idle(std::uint32_t worker) {
  if (awake_->sleeps(worker)) {
    const std::uint32_t process = reporting_.routes->layout().process_of_worker(worker);
    if (reporting_.linger) {
      reporting_.linger(process);
    } else {
      flush_process(process);
    }
  }
  going_idle_.fetch_sub(1, std::memory_order_release);
}

void Process::flush_process(std::uint32_t process) {
  for (ReportStations* const of : stations()) of->flush_process(process);
}

/// If the process is still idle then; else whoever goes idle last calls this again.
void Process::flush_process_later(std::uint32_t process) {
  if (lingering_[process]) return;
  lingering_[process] = true;
  executor_->call_at(executor_->now() + config_.linger, [this, process] {
    lingering_[process] = false;
    if (awake_->idle(process)) flush_process(process);
  });
}

std::vector<ReportStations*> Process::stations() const {
  const std::lock_guard lock(mutex_);
  return stations_;
}

void Process::fill(Traffic& traffic) const {
  traffic = {};
  const Layout layout = layout_of(config_);
  if (reporting_.routes) {
    const Routes& routes = *reporting_.routes;
    std::vector<std::vector<ProgressTraffic>> sent(routes.size());
    for (std::size_t s = 0; s != routes.size(); ++s) sent[s].resize(routes.next(s).size());
    for (ReportStations* const of : stations_) of->add_to(sent);
    for (std::size_t s = 0; s != routes.size(); ++s)
      for (std::size_t i = 0; i != sent[s].size(); ++i) {
        const Station from = routes.station(s);
        const Station to = routes.station(routes.next(s)[i]);
        if (sent[s][i].batches != 0)
          traffic.progress.push_back(
              {from, to, layout.process_of(from) != layout.process_of(to), sent[s][i]});
      }
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, DataTraffic> between;
  for (std::uint32_t w = 0; w != layout.workers; ++w)
    for (std::uint32_t to = 0; to != layout.processes; ++to)
      if (data_[w][to].batches != 0) between[{layout.process_of_worker(w), to}] += data_[w][to];
  for (const auto& [link, sent] : between) traffic.data.push_back({link.first, link.second, sent});
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

InputCounters& Process::input_counters(const std::string& id, std::uint32_t worker) {
  const std::lock_guard lock(mutex_);
  return inputs_[id][worker];
}

std::vector<InputProgress> Process::inputs() const {
  const std::lock_guard lock(mutex_);
  std::vector<InputProgress> all;
  for (const auto& [id, workers] : inputs_) {
    InputProgress& input = all.emplace_back(InputProgress{id});
    for (const auto& [worker, counters] : workers) {
      input.records += counters.records.load(std::memory_order_relaxed);
      input.epoch = std::max(input.epoch, counters.epoch.load(std::memory_order_relaxed));
      input.behind = std::max(input.behind, counters.behind.load(std::memory_order_relaxed));
    }
  }
  return all;
}

void Process::request_stop() {
  std::vector<std::function<void()>> actions;
  {
    const std::lock_guard lock(mutex_);
    stop_requested_.store(true, std::memory_order_seq_cst);
    actions = on_stop_request_;
  }
  for (const auto& action : actions) action();
}

void Process::on_stop_request(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  on_stop_request_.push_back(std::move(action));
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
