// SPDX-License-Identifier: MIT
//
// tidemark_model_check: visits every state of small systems, and catches mutants of the protocol.
#include <tidemark/progress/error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <tests/model/counterexample.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace tidemark::model {
namespace {

struct Options {
  std::vector<std::string> systems, mutants;
  std::string group;
  bool all_mutants = false, list = false, harm = false;
  std::string trace, pictures;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::uint64_t max_states = 50'000'000;
  std::uint64_t at_least = 0;
};

/// Something to explore, and what comes of it.
struct Task {
  const System* system = nullptr;
  const Mutant* mutant = nullptr;  ///< null: the system as it is
  Found found{};
  Found harm{};        ///< of a mutant, with the observable invariants only
  std::string text{};  ///< of a counterexample
};

bool is(const Found& found, Invariant invariant, std::uint32_t steps) {
  return found.violation && found.violation->invariant == invariant && found.steps == steps;
}

bool is_as_expected(const Task& task) {
  if (task.mutant == nullptr) return !task.found.violation && task.found.complete;
  return is(task.found, task.mutant->breaks, task.mutant->steps) &&
         is(task.harm, task.mutant->harm, task.mutant->steps_to_harm);
}

class Progress {
 public:
  explicit Progress(std::size_t tasks) : tasks_(tasks) {}

  void tell(std::uint64_t states) {
    if (!terminal_) return;
    const std::lock_guard lock(mutex_);
    fmt::print(stderr, "\r\x1b[Kmodel-check: {} of {} done, {} states in one of the others", done_,
               tasks_, states);
    std::fflush(stderr);
  }
  void done() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  std::size_t tasks_, done_ = 0;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::mutex mutex_;
};

void explain(Task& task, const Options& options, Model& model, const Found& found) {
  Counterexample counterexample(model, found);
  task.text = "  " + counterexample.violation().sentence + ".\n  A shortest way there, " +
              fmt::format("{} step{}:\n", found.steps, found.steps == 1 ? "" : "s") +
              counterexample.text();
  if (!options.trace.empty()) {
    Trace trace(options.trace, {.when_it_fails = WhenTraceFails::end_run});
    counterexample.write_trace(trace);
  }
  if (!options.pictures.empty()) counterexample.write_pictures(options.pictures);
}

void explain(Task& task, const Options& options, EventModel& model, const Found& found) {
  if (!options.trace.empty() || !options.pictures.empty())
    throw DataflowError("there are no --trace and no --pictures of event time");
  const Walk<EventModel> way = walk(model, found);
  task.text = "  " + way.violation.sentence + ".\n  A shortest way there, " +
              fmt::format("{} step{}:\n", found.steps, found.steps == 1 ? "" : "s") +
              text_of(model, way);
}

void run(Task& task, const Options& options, Progress& progress) {
  const SearchOptions search_options{.max_states = options.max_states,
                                     .tell = [&](std::uint64_t states) { progress.tell(states); }};
  const Mutation* mutation = task.mutant == nullptr ? nullptr : task.mutant->mutation.get();
  with_model(*task.system, mutation, [&](auto& model) {
    task.found = search(model, search_options);
    if (task.found.violation && !options.harm) explain(task, options, model, task.found);
  });
  if (mutation != nullptr)
    with_model(*task.system, mutation, [&](auto& model) {
      model.invariants().check_only(observable());
      task.harm = search(model, search_options);
      if (task.harm.violation && options.harm) explain(task, options, model, task.harm);
    });
  progress.done();
}

void run_all(std::vector<Task>& tasks, const Options& options) {
  Progress progress(tasks.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < tasks.size();) {
      try {
        run(tasks[i], options, progress);
      } catch (...) {
        const std::lock_guard lock(mutex);
        error = std::current_exception();
      }
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned j = 1; j < options.jobs; ++j) threads.emplace_back(work);
  work();
  threads.clear();
  if (error) std::rethrow_exception(error);
}

void print_systems(const std::vector<Task>& tasks, double seconds) {
  constexpr const char* row = "{:<38}{:>12}{:>14}{:>8}{:>9}  {}\n";
  fmt::print(row, "system", "states", "transitions", "depth", "seconds", "");
  Found sum;
  for (const Task& task : tasks) {
    if (task.mutant != nullptr) continue;
    const Found& found = task.found;
    fmt::print(row, task.system->name, found.states, found.transitions, found.depth,
               fmt::format("{:.1f}", found.seconds),
               found.violation   ? "broken: " + name_of(found.violation->invariant)
               : !found.complete ? "cut short"
                                 : "");
    if (found.violation) fmt::print("{}", task.text);
    sum.states += found.states;
    sum.transitions += found.transitions;
    sum.depth = std::max(sum.depth, found.depth);
  }
  fmt::print(row, "all", sum.states, sum.transitions, sum.depth, fmt::format("{:.1f}", seconds),
             "");
}

void print_mutants(const std::vector<Task>& tasks, bool at_length) {
  constexpr const char* row = "{:<26}{:<32}{:>6}   {:<32}{:>6}  {}\n";
  fmt::print(row, "mutant", "breaks", "steps", "does harm to", "steps", "");
  const auto what = [](const Found& found) {
    return found.violation ? name_of(found.violation->invariant) : "nothing";
  };
  for (const Task& task : tasks) {
    if (task.mutant == nullptr) continue;
    fmt::print(row, task.mutant->name, what(task.found), task.found.steps, what(task.harm),
               task.harm.steps, is_as_expected(task) ? "" : "not as expected");
    if (at_length) fmt::print("  {}:\n{}", task.mutant->about, task.text);
  }
}

void list() {
  fmt::print("Systems, by group (epochs, rounds of each loop, batches of data):\n");
  std::string group;
  for (const System& system : systems()) {
    if (system.group != group) fmt::print(" {}\n", group = system.group);
    fmt::print("  {:<38}{}, {}, {}; {}{}\n", system.name, system.bounds.epochs,
               system.bounds.rounds, system.bounds.batches, system.policy->name(),
               system.layout.ledger_per_worker ? "; a ledger for each worker" : "");
  }
  fmt::print("Mutants:\n");
  for (const Mutant& mutant : mutants()) fmt::print("  {:<38}{}\n", mutant.name, mutant.about);
}

std::vector<Task> tasks_of(const Options& options) {
  std::vector<Task> tasks;
  const bool chosen = !options.systems.empty() || !options.mutants.empty() ||
                      !options.group.empty() || options.all_mutants;
  for (const std::string& name : options.systems) tasks.push_back({&system_named(name)});
  for (const System& system : systems())
    if (!chosen || system.group == options.group) tasks.push_back({&system});
  for (const std::string& name : options.mutants)
    tasks.push_back({&mutant_named(name).system, &mutant_named(name)});
  if (!chosen || options.all_mutants)
    for (const Mutant& mutant : mutants()) tasks.push_back({&mutant.system, &mutant});
  if (tasks.empty()) {
    std::string groups;
    for (const System& system : systems())
      if (groups.find("'" + system.group + "'") == std::string::npos)
        groups += (groups.empty() ? "'" : ", '") + system.group + "'";
    throw DataflowError("there is no group '" + options.group + "'; there are " + groups);
  }
  if (tasks.size() != 1 && !(options.trace.empty() && options.pictures.empty()))
    throw DataflowError(
        "--trace and --pictures are about one counterexample: name one system or "
        "one mutant");
  return tasks;
}

int check(const Options& options) {
  std::vector<Task> tasks = tasks_of(options);
  const auto begin = std::chrono::steady_clock::now();
  run_all(tasks, options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const auto mutated = static_cast<std::size_t>(
      std::ranges::count_if(tasks, [](const Task& task) { return task.mutant != nullptr; }));
  if (mutated != tasks.size()) print_systems(tasks, seconds.count());
  if (mutated != 0) print_mutants(tasks, !options.mutants.empty());
  std::uint64_t states = 0;
  for (const Task& task : tasks) states += task.found.states;
  const bool enough = states >= options.at_least;
  if (!enough) fmt::print("Fewer states than the {} asked for.\n", options.at_least);
  return enough && std::ranges::all_of(tasks, is_as_expected) ? 0 : 1;
}

}  // namespace
}  // namespace tidemark::model

int main(int argc, char** argv) {
  tidemark::model::Options options;
  CLI::App app(
      "Visits every reachable state of small systems of workers and ledgers, by driving the\n"
      "production ledger and the production policies, and checks in each state what the published\n"
      "specifications of the protocol ask for. Then does the same to mutants of the protocol, "
      "each\n"
      "of which has to be caught. Without options: all systems and all mutants.",
      "tidemark_model_check");
  app.add_option("--system", options.systems, "Only this system, or these");
  app.add_option("--group", options.group, "Only the systems of this group");
  app.add_option("--mutant", options.mutants,
                 "Only this mutant, or these, with the counterexample at length");
  app.add_flag("--mutants", options.all_mutants, "Only the mutants, all of them");
  app.add_flag("--harm", options.harm,
               "Of a mutant, show the counterexample to what can be observed (safety, a negative\n"
               "count with one ledger, an end out of reach), not to the rule that breaks first");
  app.add_option("--trace", options.trace,
                 "Write the counterexample to this file as a trace of the ledger that is wrong\n"
                 "(tidemark trace info FILE)");
  app.add_option("--pictures", options.pictures,
                 "Draw it into this folder: 03-believed.svg is what that ledger has published\n"
                 "after step 3, 03-true.svg what there is");
  app.add_option("--max-states", options.max_states, "Cut a search short after so many states")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  app.add_option("--at-least", options.at_least, "Fail if there are fewer distinct states");
  app.add_option("--jobs", options.jobs, "How many systems at once; some take a gigabyte")
      ->capture_default_str()
      ->check(CLI::Range(1u, 256u));
  app.add_flag("--list", options.list, "List systems and mutants, and do nothing");
  app.footer(
      "How to read a counterexample, and what the invariants are: tests/model/README.md.\n"
      "Exit status: 0 all is as it should be, 1 it is not, anything else wrong options.");
  CLI11_PARSE(app, argc, argv);
  if (options.list) {
    tidemark::model::list();
    return 0;
  }
  try {
    return tidemark::model::check(options);
  } catch (const std::exception& error) {
    std::cerr << "tidemark_model_check: " << error.what() << '\n';
    return 2;
  }
}
