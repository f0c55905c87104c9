// SPDX-License-Identifier: MIT
//
// A run whose workers have nothing to do uses no CPU time: its threads sleep until somebody comes.
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>
#include <unistd.h>

namespace tidemark::idle_test {
namespace {

std::set<std::string> threads_of_this_process() {
  std::set<std::string> threads;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
    threads.insert(entry.path().filename().string());
  return threads;
}

/// How often a thread has left a processor; nothing if it has one, or would take one.
std::optional<std::uint64_t> times_fallen_asleep(const std::string& thread) {
  std::ifstream status("/proc/self/task/" + thread + "/status");
  std::uint64_t times = 0;
  for (std::string word; status >> word;) {
    if (word == "State:" && status >> word && word != "S") return std::nullopt;
    std::uint64_t more = 0;
    if (word.ends_with("voluntary_ctxt_switches:") && status >> more) times += more;
  }
  return times;
}

/// Waits until the threads of a run have slept for a while without any of them having run in
/// between, however long it takes them to come to that. Created by the one that calls the run.
class Rest {
 public:
  Rest() { others_.erase(std::to_string(::gettid())); }

  /// Thread: one that is not the run's.
  void await() const {
    using Sleeping = std::map<std::string, std::uint64_t>;
    const auto sleeping = [&]() -> std::optional<Sleeping> {
      Sleeping all;
      for (const std::string& thread : threads_of_this_process()) {
        if (others_.contains(thread) || thread == std::to_string(::gettid())) continue;
        const auto times = times_fallen_asleep(thread);
        if (!times) return std::nullopt;
        all[thread] = *times;
      }
      return all;
    };
    constexpr int looks = 2000;  // in a row, which takes a tenth of a second or more
    std::optional<Sleeping> before;
    for (int same = 0; same != looks; ++same) {
      std::optional<Sleeping> now = sleeping();
      if (!now || now != before) same = 0;
      before = std::move(now);
    }
  }

 private:
  std::set<std::string> others_ = threads_of_this_process();
};

std::vector<ExecutorKind> executors_in_real_time() {
  std::vector<ExecutorKind> kinds = tests::executors();
  std::erase(kinds, ExecutorKind::deterministic);
  return kinds;
}

TEST_CASE("workers that wait for a timer use no CPU time", "[idle]") {
  for (const ExecutorKind kind : executors_in_real_time()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("workers that wait for a timer use CPU time");
    const Rest rest;
    constexpr std::uint32_t workers = 8;
    std::vector<Activator> again(workers);
    std::latch all_wait{workers};
    std::atomic<bool> over{false};
    std::jthread observer([&] {
      all_wait.wait();
      rest.await();
      over.store(true);
      for (const Activator& each : again) each.activate();
    });
    tests::run_to_end(
        {.workers = workers, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
          OperatorBuilder<Epoch> op(scope, "alarm");
          op.output<int>();
          const std::uint32_t worker = scope.worker().index();
          again[worker] = op.activator();
          op.build([&, worker, &executor = scope.worker().process().executor(), set = false,
                    capability = std::optional(op.initial_capability(0))]() mutable {
            if (!std::exchange(set, true)) {
              again[worker].activate_at(executor.now() + std::chrono::hours(1));
              all_wait.count_down();
            } else if (over.load()) {
              if (worker == 0) observer.join();  // who must not activate what is no more
              capability.reset();
            }
          });
        });
    CHECK(over.load());
  }
}

TEST_CASE("closures that wait for a source on a helper thread use no CPU time", "[idle]") {
  for (const ExecutorKind kind : executors_in_real_time()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("closures that wait for a helper thread use CPU time");
    const Rest rest;
    std::atomic<bool> over{false};
    execute({.workers = 4, .threads = 2, .executor = kind}, [&](Worker& worker) {
      std::jthread helper;
      auto probe = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        OperatorBuilder<Epoch> op(scope, "helped");
        auto stream = op.output<int>().second;
        const bool is_helped = worker.index() == 0;
        if (is_helped)
          helper = std::jthread([&, wake = op.activator()] {
            rest.await();
            over.store(true);
            wake.activate();
          });
        op.build([&, is_helped, capability = std::optional(op.initial_capability(0))]() mutable {
          if (!is_helped || over.load()) capability.reset();
        });
        return tidemark::probe(stream);
      });
      worker.step_while([&] { return !probe.done(); });
    });
    CHECK(over.load());
  }
}

}  // namespace
}  // namespace tidemark::idle_test
