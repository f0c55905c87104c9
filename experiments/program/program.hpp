// SPDX-License-Identifier: MIT
//
// A program of one's own: from main's arguments to a run and an exit status.
#pragma once

#include <tidemark/core/config.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

class Dataflow;
class Worker;

/// What a number may be.
template <typename Number>
struct Bounds {
  Number least = std::numeric_limits<Number>::lowest();  ///< inclusive
  Number most = std::numeric_limits<Number>::max();      ///< inclusive
};

/// A program with options of its own beside those of every run: workers, threads, executor, seed,
/// policy, ledgers, checks, explanations, trace, replay; --help lists them, --version says what it
/// is built of. What its Config says is where they begin; but a signal ends the run, as with
/// Config::stop_on_interrupt.
///
///     int main(int argc, char** argv) {
///       std::string text;
///       Program program("counts", "How often does each word occur?", {.workers = 4});
///       program.option("TEXT", text, "What to read");
///       return program.run(argc, argv, [&](Dataflow& flow) {
///         input(flow, "lines", FileInput(text)) | ... | output("out", StdOutput{});
///       });
///     }
///
/// Thread: one at a time.
class Program {
 public:
  /// An empty `name` is that by which the program is called.
  explicit Program(std::string name, std::string what, const Config& defaults = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Adds an option, as "--top" or "-n,--top", or, without dashes, an argument. What `value` is
  /// then is its default, which --help shows; an argument has none, and must be given, if that is
  /// empty. Requires: `value` outlives the run. A name that is wrong or taken is an error of `run`;
  /// -h, -t, -w and the long names that --help lists are.
  void option(const std::string& name, std::string& value, const std::string& what);
  /// Any number of them.
  void option(const std::string& name, std::vector<std::string>& values, const std::string& what);
  /// A flag, which takes no value and sets it.
  void option(const std::string& name, bool& value, const std::string& what);
  ///@{
  /// A number. One that is not `within`, or does not fit, is an error of the command line.
  void option(const std::string& name, double& value, const std::string& what,
              Bounds<double> within = {});
  void option(const std::string& name, std::int32_t& value, const std::string& what,
              Bounds<std::int32_t> within = {});
  void option(const std::string& name, std::uint32_t& value, const std::string& what,
              Bounds<std::uint32_t> within = {});
  void option(const std::string& name, std::int64_t& value, const std::string& what,
              Bounds<std::int64_t> within = {});
  void option(const std::string& name, std::uint64_t& value, const std::string& what,
              Bounds<std::uint64_t> within = {});
  ///@}

  /// Reads the command line and runs the dataflow that `build` makes then; with --describe it is
  /// printed instead. Gives the exit status: 0; 1 if anything has failed; 2 for a command line that
  /// is wrong; 130, 143 or 129 if SIGINT, SIGTERM or SIGHUP has ended the run early. A line on
  /// standard error says which it was.
  int run(int argc, char** argv, const std::function<void(Dataflow&)>& build);
  /// The same of a closure that drives each worker by hand (core/run.hpp). A signal ends its
  /// inputs, or, if it has none that are read (operators/ends/input.hpp), the run where it is.
  int run(int argc, char** argv, const std::function<void(Worker&)>& closure);
  /// The same of a program that runs what it likes, as often as it likes, with this Config. A trace
  /// and a replay are of one run: for another, have `trace` and `replay` null.
  int run(int argc, char** argv, const std::function<void(const Config&)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

///@{
/// Program::run, for a program without options of its own.
int run_program(int argc, char** argv, const std::function<void(Dataflow&)>& build,
                const Config& defaults = {});
int run_program(int argc, char** argv, const std::function<void(Worker&)>& closure,
                const Config& defaults = {});
///@}

}  // namespace tidemark
