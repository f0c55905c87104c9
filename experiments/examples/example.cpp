// SPDX-License-Identifier: MIT
//
// The command line that all examples share.
#include "example.hpp"

#include <cstdio>
#include <exception>
#include <map>
#include <string>

namespace tidemark::examples {

int run_example(CLI::App& app, int argc, char** argv,
                const std::function<void(const Config&)>& body) {
  Config config{.workers = 2};
  app.add_option("-w,--workers", config.workers, "Number of workers")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("-t,--threads", config.threads, "Threads to run them; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--executor", config.executor, "What runs them; default: tbb")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ExecutorKind>{{"tbb", ExecutorKind::tbb},
                                              {"threads", ExecutorKind::threads},
                                              {"deterministic", ExecutorKind::deterministic}}))
      ->option_text("tbb|threads|deterministic");
  app.add_option("--seed", config.seed, "Of random input and of the deterministic executor")
      ->capture_default_str();
  app.get_formatter()->column_width(32);
  CLI11_PARSE(app, argc, argv);
  try {
    body(config);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", app.get_name(), error.what());
    return 1;
  }
}

}  // namespace tidemark::examples
