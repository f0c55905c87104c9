// SPDX-License-Identifier: MIT
//
// Where no thread can be started: an error that says so, or a run on those that there are.
#include <tidemark/core/run.hpp>
#include <tidemark/core/start_thread.hpp>
#include <tidemark/core/worker.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <functional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tidemark::thread_limit_test {
namespace {

/// Whether `look` says true in a child that can start no thread.
bool holds_without_threads(const std::function<bool()>& look) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    const uid_t nobody = 65534;
    const bool limited = ::setrlimit(RLIMIT_NPROC, &none) == 0 &&
                         (::geteuid() != 0 || ::setuid(nobody) == 0);  // root has no limit
    bool held = false;
    try {
      held = limited && look();
    } catch (...) {
    }
    ::_exit(held ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

TEST_CASE("a thread that cannot be started is an error that says so", "[threads][error]") {
  tests::Watchdog watchdog("a run without threads");
  CHECK(holds_without_threads([] {
    try {
      start_thread([] {});
    } catch (const ThreadError& error) {
      return std::string(error.what()).starts_with("cannot start a thread: ");
    }
    return false;
  }));
  // Each closure has a thread of its own.
  CHECK(holds_without_threads([] {
    try {
      execute({.workers = 3, .threads = 1, .executor = ExecutorKind::threads}, [](Worker&) {});
    } catch (const ThreadError&) {
      return true;
    }
    return false;
  }));
}

TEST_CASE("an executor of threads works with those that it could start", "[threads]") {
  tests::Watchdog watchdog("a run without threads");
  CHECK(holds_without_threads([] {
    int begun = 0;
    run_workers({.workers = 3, .threads = 4, .executor = ExecutorKind::threads},
                [&begun](Worker& worker) { worker.start([&begun](Worker&) { ++begun; }); });
    return begun == 3;
  }));
}

}  // namespace
}  // namespace tidemark::thread_limit_test
