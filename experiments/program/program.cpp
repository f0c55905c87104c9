// SPDX-License-Identifier: MIT
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/experiments/program.hpp>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "run_options.hpp"
#include <utility>

namespace tidemark {
namespace {

bool is_argument(const std::string& name) {
  return !name.starts_with('-');
}

/// What the program was called by, without its folder.
std::string called(int argc, char** argv) {
  const std::string path = argc == 0 ? "program" : argv[0];
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

struct Program::State {
  std::string name;
  std::string what;
  Config defaults;
  std::vector<std::function<void(CLI::App&)>> own_options;

  template <typename Number>
  void add_number(const std::string& option, Number& value, const std::string& help,
                  Bounds<Number> within) {
    own_options.push_back([=, &value](CLI::App& app) {
      CLI::Option* const added = app.add_option(option, value, help)->capture_default_str();
      if (within.least != Bounds<Number>().least || within.most != Bounds<Number>().most)
        added->check(CLI::Range(within.least, within.most));
    });
  }

  /// Calls `work` with what the command line says.
  int run(int argc, char** argv, bool can_describe,
          const std::function<void(const RunOptions&)>& work) const {
    RunOptions options(defaults);
    return run_command_line(name.empty() ? called(argc, argv) : name, what, argc, argv,
                            [&](CLI::App& app) {
                              for (const auto& add : own_options) add(app);
                              options.add_to(app);
                              if (can_describe) options.add_describe(app);
                              app.get_formatter()->column_width(32);
                              app.callback([&] { work(options); });
                            });
  }

  /// Calls `work` with the Config of a run.
  int run(int argc, char** argv, const std::function<void(const Config&)>& work) const {
    return run(argc, argv, false, [&](const RunOptions& options) { prepared(options, work); });
  }

  static void prepared(const RunOptions& options, const std::function<void(const Config&)>& work) {
    const std::vector<FileClaim> claims = options.claims(&options);
    const PreparedRun run = options.prepare();
    work(run.config);
  }
};

Program::Program(std::string name, std::string what, const Config& defaults)
    : state_(std::make_unique<State>(State{std::move(name), std::move(what), defaults, {}})) {}

Program::~Program() = default;

void Program::option(const std::string& name, std::string& value, const std::string& what) {
  state_->own_options.push_back([=, &value](CLI::App& app) {
    CLI::Option* const option = app.add_option(name, value, what);
    if (!value.empty()) option->capture_default_str();
    option->required(is_argument(name) && value.empty());
  });
}

void Program::option(const std::string& name, std::vector<std::string>& values,
                     const std::string& what) {
  state_->own_options.push_back([=, &values](CLI::App& app) {
    CLI::Option* const option = app.add_option(name, values, what);
    if (!values.empty()) option->capture_default_str();
    option->required(is_argument(name) && values.empty());
  });
}

void Program::option(const std::string& name, bool& value, const std::string& what) {
  state_->own_options.push_back([=, &value](CLI::App& app) { app.add_flag(name, value, what); });
}

void Program::option(const std::string& name, double& value, const std::string& what,
                     Bounds<double> within) {
  state_->add_number(name, value, what, within);
}

void Program::option(const std::string& name, std::int32_t& value, const std::string& what,
                     Bounds<std::int32_t> within) {
  state_->add_number(name, value, what, within);
}

void Program::option(const std::string& name, std::uint32_t& value, const std::string& what,
                     Bounds<std::uint32_t> within) {
  state_->add_number(name, value, what, within);
}

void Program::option(const std::string& name, std::int64_t& value, const std::string& what,
                     Bounds<std::int64_t> within) {
  state_->add_number(name, value, what, within);
}

void Program::option(const std::string& name, std::uint64_t& value, const std::string& what,
                     Bounds<std::uint64_t> within) {
  state_->add_number(name, value, what, within);
}

int Program::run(int argc, char** argv, const std::function<void(Dataflow&)>& build) {
  return state_->run(argc, argv, true, [&](const RunOptions& options) {
    Dataflow flow(state_->name.empty() ? called(argc, argv) : state_->name);
    build(flow);
    if (options.describes()) return options.describe(flow.describe());
    State::prepared(options, [&](const Config& config) { cluster_main(flow, config); });
  });
}

int Program::run(int argc, char** argv, const std::function<void(Worker&)>& closure) {
  return state_->run(argc, argv, [&](const Config& config) { execute(config, closure); });
}

int Program::run(int argc, char** argv, const std::function<void(const Config&)>& body) {
  return state_->run(argc, argv, body);
}

int run_program(int argc, char** argv, const std::function<void(Dataflow&)>& build,
                const Config& defaults) {
  return Program("", "", defaults).run(argc, argv, build);
}

int run_program(int argc, char** argv, const std::function<void(Worker&)>& closure,
                const Config& defaults) {
  return Program("", "", defaults).run(argc, argv, closure);
}

}  // namespace tidemark
