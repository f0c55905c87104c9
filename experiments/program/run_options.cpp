// SPDX-License-Identifier: MIT
#include "run_options.hpp"

#include <tidemark/core/error.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/flow_json.hpp>
#include <tidemark/core/scheduler.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/progress/policy.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/mermaid.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arguments.hpp"
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <unistd.h>
#include <utility>

namespace tidemark {
namespace {

const char* const group = "Run";

/// An option that takes a time, which it gives to `take`; `standard` is what it is without.
CLI::Option* add_time(CLI::App& app, const std::string& name, std::chrono::nanoseconds standard,
                      const std::function<void(std::chrono::milliseconds)>& take,
                      const std::string& what) {
  const auto read = [take](double milliseconds) {
    take(std::chrono::milliseconds(std::llround(milliseconds)));
  };
  return app.add_option_function<double>(name, read, what)
      ->transform(duration())
      ->default_str(fmt::format("{}", standard / std::chrono::milliseconds(1)))
      ->option_text(fmt::format("TIME={}ms", standard / std::chrono::milliseconds(1)))
      ->group(group);
}

/// An option that takes one of some words, each for a value.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Value& value,
                        std::vector<std::pair<std::string, Value>> choices,
                        const std::string& what) {
  std::vector<std::string> words;
  std::string text, standard;
  for (const auto& [word, meaning] : choices) {
    words.push_back(word);
    if (meaning == value) standard = word;
    text += (text.empty() ? "" : "|") + word;
  }
  const auto take = [&value, choices = std::move(choices)](const std::string& given) {
    for (const auto& [word, meaning] : choices)
      if (word == given) value = meaning;
  };
  return app.add_option_function<std::string>(name, take, what)
      ->check(one_of(words))
      ->default_str(standard)
      ->option_text(standard.empty() ? text : text + "=" + standard)
      ->group(group);
}

}  // namespace

RunOptions::RunOptions(Config defaults) : config_(std::move(defaults)) {
  config_.explain.on_quit_signal = true;
  config_.stop_on_interrupt = true;
  config_.progress = ::isatty(STDOUT_FILENO) == 0;
}

void RunOptions::add_to(CLI::App& app) {
  add_workers(app);
  add_order(app);
  add_schedule(app);
  add_progress(app);
  add_looks(app);
  add_trace(app);
  app.add_option("--replay", replay_,
                 "Run again what this trace tells, in its order, on one thread; give the same "
                 "input and arguments, and another FILE to --trace, if any")
      ->check(file_name())
      ->type_name("FILE")
      ->group(group);
}

void RunOptions::add_describe(CLI::App& app) {
  add_choice<std::string>(app, "--describe", format_,
                          {{"json", "json"}, {"mermaid", "mermaid"}, {"dot", "dot"}},
                          "Do not run: print the dataflow as json, mermaid or dot");
}

void RunOptions::add_workers(CLI::App& app) {
  app.add_option("-w,--workers", config_.workers, "Number of workers")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str()
      ->group(group);
  app.add_option("-t,--threads", config_.threads, "Threads to run them; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
}

void RunOptions::add_order(CLI::App& app) {
  add_choice<ExecutorKind>(app, "--executor", config_.executor,
                           {{"tbb", ExecutorKind::tbb},
                            {"threads", ExecutorKind::threads},
                            {"deterministic", ExecutorKind::deterministic}},
                           "What runs the workers; deterministic takes one thread, virtual time, "
                           "and every choice from --seed");
  app.add_option("--seed", config_.seed, "Of the deterministic executor, and of what is random")
      ->capture_default_str()
      ->group(group);
}

void RunOptions::add_schedule(CLI::App& app) {
  CLI::Option* const scheduler =
      app.add_option("--scheduler", scheduler_,
                     fmt::format("Which of a worker's operators that are to run runs next: {}; "
                                 "without, in the order in which they were built",
                                 fmt::join(scheduler_names(), ", ")))
          ->check(one_of(scheduler_names()))
          ->group(group);
  if (config_.scheduler) {
    scheduler->default_str(config_.scheduler->name())
        ->option_text("NAME=" + config_.scheduler->name());
  } else {
    scheduler->option_text("NAME");
  }
  const auto add_amount = [&](const std::string& name, std::uint32_t& amount, std::uint32_t least,
                              const std::string& what) {
    app.add_option(name, amount, what)
        ->check(CLI::Range(least, 1'000'000u))
        ->capture_default_str()
        ->group(group);
  };
  add_amount("--batch-records", config_.tuning.batch_records, 0,
             "At how many records a batch leaves at the latest; 0: 64 KiB of them");
  add_amount("--steps-per-turn", config_.tuning.steps_per_turn, 1,
             "Steps of a worker before a thread turns to another");
  add_amount("--open-steps", config_.tuning.open_steps, 1,
             "Steps for which a batch that is not full may wait for more records");
  app.add_flag("--pin-threads", config_.pin_threads, "Keep each thread on one processor")
      ->default_function([this] { return std::string(config_.pin_threads ? "true" : "false"); })
      ->group(group);
}

void RunOptions::add_progress(CLI::App& app) {
  app.add_flag("--check", config_.check,
               "Check that what each operator sends and keeps could result from what it held or "
               "consumed")
      ->default_function([this] { return std::string(config_.check ? "true" : "false"); })
      ->group(group);
  add_choice<Ledgers>(app, "--ledgers", config_.ledgers,
                      {{"per-process", Ledgers::per_process}, {"per-worker", Ledgers::per_worker}},
                      "Who keeps account of progress: one for all workers, or one each");
  const auto take = [this](const std::string& name) { config_.policy = make_policy(name); };
  const std::string standard = config_.policy ? config_.policy->name() : "direct";
  app.add_option_function<std::string>(
         "--policy", take,
         fmt::format("How progress travels between ledgers (tidemark traffic measures what each "
                     "sends): {}",
                     fmt::join(policy_names(), ", ")))
      ->check(one_of(policy_names()))
      ->default_str(standard)
      ->option_text("NAME=" + standard)
      ->group(group);
}

void RunOptions::add_looks(CLI::App& app) {
  const auto after = [this](std::chrono::milliseconds time) { config_.explain.after = time; };
  add_time(app, "--explain-after", config_.explain.after, after,
           "Say on standard error, after this time (10s, 500ms, 2min; seconds without a unit), "
           "what each unfinished end of the dataflow waits for, and why; SIGQUIT (Ctrl-\\) asks at "
           "any time");
  const auto still = [this](std::chrono::milliseconds time) { config_.explain.still = time; };
  add_time(app, "--explain-still", config_.explain.still, still,
           "Say the same, once, when nothing has moved for this time; 0: never");
  app.add_flag("--watch", config_.watch,
               "Show on standard error what each step does and what is held back; not on the "
               "deterministic executor, nor of a replay")
      ->group(group);
}

void RunOptions::add_trace(CLI::App& app) {
  CLI::Option* const trace =
      app.add_option("--trace", trace_,
                     "Record the run in this file (tidemark trace info FILE, tidemark why FILE)")
          ->check(file_name())
          ->type_name("FILE")
          ->group(group);
  const auto from = [this](std::chrono::milliseconds time) { trace_options_.from = time; };
  add_time(app, "--trace-from", trace_options_.from, from,
           "Record what happens from this time of the run on (10s, 500ms), and the counts before")
      ->needs(trace);
  app.add_option("--trace-only", trace_options_.only,
                 "Record activations, records and capabilities of these steps only")
      ->delimiter(',')
      ->option_text("STEP,...")
      ->group(group)
      ->needs(trace);
  app.add_option("--trace-records", trace_options_.records,
                 "Record as text the first so many records of each batch that is sent")
      ->option_text("N")
      ->group(group)
      ->needs(trace);
  add_choice<WhenTraceFails>(
      app, "--trace-fails", trace_options_.when_it_fails,
      {{"go-on", WhenTraceFails::go_on}, {"end-run", WhenTraceFails::end_run}},
      "What a full disk does to a run that is recorded: go-on is the default")
      ->needs(trace);
}

void RunOptions::describe(const FlowGraph& graph) const {
  const std::string text = format_ == "json"  ? to_json(graph)
                           : format_ == "dot" ? to_dot(graph, View::logical)
                                              : to_mermaid(graph);
  write_all(STDOUT_FILENO, text, "standard output");
}

std::vector<FileClaim> RunOptions::claims(const void* command) const {
  std::vector<FileClaim> claims;
  if (!trace_.empty()) claims.push_back(FileClaim::of_user(command, "--trace", trace_));
  if (!replay_.empty()) claims.push_back(FileClaim::of_user(command, "--replay", replay_));
  return claims;
}

PreparedRun RunOptions::prepare() const {
  if (config_.watch && (!replay_.empty() || config_.executor == ExecutorKind::deterministic))
    throw ConfigError(
        "--watch shows a run in real time; a replay, and the deterministic executor, "
        "have none");
  PreparedRun run{.config = config_};
  if (!scheduler_.empty()) run.config.scheduler = make_scheduler(scheduler_, config_.seed);
  if (!replay_.empty()) {  // before the trace is written
    run.replay = std::make_unique<Replay>(replay_);
    run.config.replay = run.replay.get();
    const TracedRun& traced = run.replay->run();
    run.config.workers = traced.workers;
    run.config.tuning = {traced.batch_records, traced.steps_per_turn, traced.open_steps};
    if (scheduler_.empty() && !config_.scheduler && !traced.scheduler.empty())
      run.config.scheduler = make_scheduler(traced.scheduler, config_.seed);
  }
  if (!trace_.empty()) {
    run.trace = std::make_unique<Trace>(trace_, trace_options_);
    run.trace_file.emplace(FileClaim::of_writer(trace_));
    run.config.trace = run.trace.get();
  }
  return run;
}

}  // namespace tidemark
