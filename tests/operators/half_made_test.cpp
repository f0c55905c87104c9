// SPDX-License-Identifier: MIT
//
// Whatever ends a program, an output is written whole or not at all.
#include <tidemark/core/run.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/runs.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tidemark::half_made_test {
namespace {

/// The signal that ends a process which does this.
int signal_that_ends(const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// The signal that ends a process in a step of whose run this is done, while its output is half
/// written. Signals that the test process handles have their default actions there.
int signal_that_ends_a_run(const tests::Directory& directory, const std::function<void()>& work,
                           bool stop_on_interrupt = false) {
  return signal_that_ends([&] {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGINT,
                             SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
      std::signal(signal, SIG_DFL);
    Dataflow flow;
    input(flow, "in", GeneratedInput({.count = 1'000'000'000}), {.epoch_items = 1}) |
        inspect([&](const GeneratedEvent&) {
          if (directory.names() == std::set<std::string>{"out.tidemark-part"}) work();
        }) |
        map([](const GeneratedEvent& event) { return event.number; }) |
        output("out", FileOutput(directory / "out"));
    try {
      cluster_main(flow, {.threads = 2,
                          .executor = ExecutorKind::threads,
                          .stop_on_interrupt = stop_on_interrupt});
    } catch (...) {
    }
  });
}

void second_signal_stops_at_once(int signal) {
  const tests::Directory directory;
  const auto raise_twice = [signal] {
    ::raise(signal);
    ::raise(signal);
    while (true) ::pause();
  };
  CHECK(signal_that_ends_a_run(directory, raise_twice, true) == signal);
  CHECK(directory.names().empty());
}

TEST_CASE("a second SIGINT stops at once, and leaves nothing half-made", "[stop]") {
  second_signal_stops_at_once(SIGINT);
}

TEST_CASE("a second SIGTERM or SIGHUP stops at once, and leaves nothing half-made", "[stop]") {
  second_signal_stops_at_once(SIGTERM);
  second_signal_stops_at_once(SIGHUP);
}

/// Writes where nothing is.
void write_astray() {
  auto* const page = static_cast<volatile char*>(
      ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  *page = 1;
}

/// Reads what a file has no more.
void read_beyond() {
  const int file = ::memfd_create("empty", 0);
  const auto* const page =
      static_cast<const volatile char*>(::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0));
  static_cast<void>(*page);
}

/// Frames smaller than the page behind a stack.
[[gnu::noinline]] int use_up_the_stack(std::uint64_t depth) {
  volatile char here[2048];
  here[0] = static_cast<char>(depth);
  return depth == 0 ? 0 : use_up_the_stack(depth - 1) + here[0];
}

TEST_CASE("a crash ends the program by its signal, and leaves nothing half-made", "[stop]") {
  const std::vector<std::pair<int, std::function<void()>>> crashes{
      {SIGSEGV, write_astray},
      {SIGSEGV, [] { use_up_the_stack(std::uint64_t{1} << 40); }},
      {SIGBUS, read_beyond},
      {SIGABRT, [] { std::abort(); }},
      {SIGABRT, [] { std::terminate(); }},
      {SIGFPE, [] { ::raise(SIGFPE); }},
      {SIGILL, [] { ::raise(SIGILL); }},
      {SIGTRAP, [] { ::raise(SIGTRAP); }},
      {SIGSYS, [] { ::raise(SIGSYS); }}};
  for (std::size_t i = 0; i != crashes.size(); ++i) {
    INFO(i);
    const tests::Directory directory;
    const auto& [signal, crash] = crashes[i];
    CHECK(signal_that_ends_a_run(directory, [&crash = crash] {
            std::set_terminate(std::abort);
            crash();
          }) == signal);
    CHECK(directory.names().empty());
  }
}

TEST_CASE("two that crash at once leave nothing half-made", "[stop]") {
  const tests::Directory directory;
  CHECK(signal_that_ends_a_run(directory, [] {
          const std::jthread other(write_astray);
          write_astray();
        }) == SIGSEGV);
  CHECK(directory.names().empty());
}

TEST_CASE("a signal that nobody handles ends the program, and leaves nothing half-made", "[stop]") {
  for (const int signal :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2,
        SIGXCPU, SIGXFSZ, SIGIO, SIGPWR, SIGSTKFLT, SIGRTMIN, SIGRTMAX}) {
    INFO(signal);
    const tests::Directory directory;
    CHECK(signal_that_ends_a_run(directory, [signal] {
            ::kill(::getpid(), signal);
            while (true) ::pause();
          }) == signal);
    CHECK(directory.names().empty());
  }
}

TEST_CASE("a signal that is ignored, or has a handler of the program's own, keeps that", "[stop]") {
  for (const int signal : {SIGTERM, SIGSEGV, SIGABRT}) {
    INFO(signal);
    const tests::Directory directory;
    CHECK(signal_that_ends_a_run(directory, [signal] {
            std::signal(signal, [](int) { ::_exit(5); });
            ::raise(signal);
          }) == 0);
    CHECK(directory.names() == std::set<std::string>{"out.tidemark-part"});
  }
  const auto before = std::signal(SIGHUP, SIG_IGN);
  const tests::Directory directory;
  {
    FileWriter file(directory / "file");
    ::raise(SIGHUP);
    file.commit();
  }
  CHECK(std::signal(SIGHUP, before) == SIG_IGN);
  CHECK(directory.names() == std::set<std::string>{"file"});
}

bool is_default(int signal) {
  struct sigaction found {};
  ::sigaction(signal, nullptr, &found);
  return found.sa_handler == SIG_DFL;
}

TEST_CASE("signals have their default actions while nothing is half-made", "[stop]") {
  const tests::Directory directory;
  REQUIRE(is_default(SIGUSR1));
  std::optional<FileWriter> one(std::in_place, directory / "one");
  std::optional<FileWriter> other(std::in_place, directory / "other");
  one.reset();
  CHECK_FALSE(is_default(SIGUSR1));
  CHECK(is_default(SIGCHLD));
  CHECK(is_default(SIGTSTP));
  other->commit();
  CHECK(is_default(SIGUSR1));
  other.reset();
  CHECK(is_default(SIGUSR1));
}

TEST_CASE("a process that is forked off leaves alone what its parent has half made", "[stop]") {
  const tests::Directory directory;
  auto file = std::make_unique<FileWriter>(directory / "file");
  CHECK(signal_that_ends([] { ::raise(SIGUSR1); }) == SIGUSR1);
  CHECK(signal_that_ends([] { std::exit(0); }) == 0);
  CHECK(signal_that_ends([&] {
          file.reset();
          const FileWriter own(directory / "own");
          ::raise(SIGUSR1);
        }) == SIGUSR1);
  CHECK(directory.names() == std::set<std::string>{"file.tidemark-part"});
  file->commit();
  CHECK(directory.names() == std::set<std::string>{"file"});
}

TEST_CASE("a program that calls exit leaves nothing half-made", "[stop]") {
  const tests::Directory directory;
  CHECK(signal_that_ends([&] {
          static FileWriter* const kept = new FileWriter(directory / "file");
          kept->write("half");
          std::exit(0);
        }) == 0);
  CHECK(directory.names().empty());
}

TEST_CASE("an error that nobody catches ends the program, and leaves nothing half-made",
          "[stop][error]") {
  const tests::Directory directory;
  const int ended_by = signal_that_ends([&]() noexcept {
    std::set_terminate(std::abort);  // not what Catch or a sanitizer would say
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector{1})) |
        inspect([](int) { throw std::runtime_error("no more"); }) |
        output("out", FileOutput(directory / "out"));
    cluster_main(flow, {.executor = ExecutorKind::threads});
  });
  CHECK(ended_by == SIGABRT);
  CHECK(directory.names().empty());
}

}  // namespace
}  // namespace tidemark::half_made_test
