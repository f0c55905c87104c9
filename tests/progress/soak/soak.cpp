// SPDX-License-Identifier: MIT
//
// tidemark_soak: compares the tracker with its oracle on random graphs for as long as one likes.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <tests/progress/random_run.hpp>
#include <tests/progress/soak/shrink.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace tidemark::tests {
namespace {

using Pair = Product<Epoch, Epoch>;

struct Options {
  std::uint64_t steps = 1'000'000;
  std::uint64_t seed = 1;
};

/// Splitmix64, which gives the same numbers on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::vector<std::uint8_t> numbers(std::size_t size) {
    std::vector<std::uint8_t> numbers(size);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i != size; ++i, bits >>= 8) {
      if (i % 8 == 0) bits = next();
      numbers[i] = static_cast<std::uint8_t>(bits);
    }
    return numbers;
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }

  std::uint64_t state_;
};

/// One type of timestamps: how to run a case of it, and what was seen of it so far.
struct Kind {
  const char* name;
  std::optional<std::string> (*run)(Case&, Batches, Seen&);
  Seen seen{};
};

/// What is broken in a case; its script then ends where that has shown.
template <Timestamp T>
std::optional<std::string> run(Case& given, Batches batches, Seen& seen) {
  Tape graph(given.graph), script(given.script);
  try {
    random_run<T>(graph, script, batches, seen);
  } catch (const Difference& difference) {
    given.script.resize(script.used());
    return difference.what();
  }
  return std::nullopt;
}

class Soak {
 public:
  explicit Soak(const Options& options) : options_(options), random_(options.seed) {}

  /// False if there was a difference, which has been printed.
  bool run() {
    for (std::uint64_t number = 0; total().steps < options_.steps; ++number) {
      Kind& kind = kinds_[number % kinds_.size()];
      const Batches batches = number / kinds_.size() % 2 == 0 ? Batches::legal : Batches::any;
      Case drawn{random_.numbers(graph_size), random_.numbers(script_size)};
      if (kind.run(drawn, batches, kind.seen)) {
        clear_line();
        std::fprintf(stderr,
                     "soak: case %llu of seed %llu differs; looking for a smaller one (minutes)\n",
                     static_cast<unsigned long long>(number),
                     static_cast<unsigned long long>(options_.seed));
        const std::string broken = broken_in_smallest(drawn, [&](Case smaller) {
          Seen unseen;
          return kind.run(smaller, batches, unseen);
        });
        fmt::print("With timestamps of type {}:\n{}", kind.name, broken);
        return false;
      }
      show_line();
    }
    clear_line();
    return true;
  }

  void report(bool agreed) const {
    fmt::print("{:<32}{:>8}{:>8}{:>12}{:>11}{:>14}{:>10}\n", "timestamp", "graphs", "loops",
               "steps", "batches", "visits/batch", "causes");
    for (const Kind& kind : kinds_) print_row(kind.name, kind.seen);
    print_row("all", total());
    fmt::print("{} Seed {}, {:.1f} seconds.\n",
               agreed ? "No difference." : "There is a difference.", options_.seed, seconds());
  }

 private:
  static constexpr std::size_t graph_size = 400;
  static constexpr std::size_t script_size = 6000;  // some 1,000 steps

  Seen total() const {
    Seen sum;
    for (const Kind& kind : kinds_) {
      sum.graphs += kind.seen.graphs;
      sum.loops += kind.seen.loops;
      sum.steps += kind.seen.steps;
      sum.batches += kind.seen.batches;
      sum.visits += kind.seen.visits;
      sum.causes += kind.seen.causes;
    }
    return sum;
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  void show_line() {
    if (!terminal_ || seconds() < shown_ + 0.2) return;
    shown_ = seconds();
    const Seen sum = total();
    fmt::print(stderr, "\r\x1b[Ksoak: {} of {} steps, {} graphs, {:.0f} s", sum.steps,
               options_.steps, sum.graphs, shown_);
    std::fflush(stderr);
  }
  void clear_line() const {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
  }

  static void print_row(const char* name, const Seen& seen) {
    const double visits =
        seen.batches == 0 ? 0
                          : static_cast<double>(seen.visits) / static_cast<double>(seen.batches);
    fmt::print("{:<32}{:>8}{:>8}{:>12}{:>11}{:>14.2f}{:>10}\n", name, seen.graphs, seen.loops,
               seen.steps, seen.batches, visits, seen.causes);
  }

  Options options_;
  Random random_;
  std::array<Kind, 5> kinds_{{{"Epoch", tests::run<Epoch>},
                              {"Product<Epoch, Epoch>", tests::run<Pair>},
                              {"Nested<Epoch, 1>", tests::run<Nested<Epoch, 1>>},
                              {"Nested<Epoch, 2>", tests::run<Nested<Epoch, 2>>},
                              {"Nested<Product<Epoch, Epoch>, 1>", tests::run<Nested<Pair, 1>>}}};
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double shown_ = 0;
};

}  // namespace
}  // namespace tidemark::tests

int main(int argc, char** argv) {
  tidemark::tests::Options options;
  CLI::App app(
      "Applies random batches of count changes to trackers on random graphs: loops, loops in "
      "loops,\n"
      "partial orders, disconnected parts. After each batch every frontier and the number of "
      "visits,\n"
      "and now and then an explanation, are compared with those of a slow and obviously right "
      "oracle.",
      "tidemark_soak");
  app.add_option("--steps", options.steps,
                 "How many changes of counts, or of whether a location is read;\n"
                 "about a thousand are done on each graph")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  app.add_option("--seed", options.seed, "What all is drawn from: the same seed, the same run")
      ->capture_default_str();
  app.footer(
      "A difference ends it: the case is made as small as possible and printed, as a graph and a\n"
      "script. Exit status: 0 no difference, 1 a difference, anything else wrong options.");
  CLI11_PARSE(app, argc, argv);
  tidemark::tests::Soak soak(options);
  const bool agreed = soak.run();
  soak.report(agreed);
  return agreed ? 0 : 1;
}
