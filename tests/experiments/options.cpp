// SPDX-License-Identifier: MIT
//
// A program with an option of every kind, which prints what it was told: for program_test.sh.
#include <tidemark/experiments/program.hpp>

#include <cstdio>

using namespace tidemark;

int main(int argc, char** argv) {
  std::vector<std::string> files;
  std::string word = "tide";
  bool loud = false;
  double rate = 0.5;
  std::int32_t shift = -1;
  std::uint32_t top = 10;
  std::int64_t low = -5;
  std::uint64_t high = 7;
  Program program("options", "Prints what it is told", {.workers = 3, .seed = 11});
  program.option("FILE", files, "Some files");
  program.option("--word", word, "A text");
  program.option("-l,--loud", loud, "A flag");
  program.option("--rate", rate, "A number", {0, 1});
  program.option("--shift", shift, "Of 32 bits");
  program.option("--top", top, "Of 32 bits, without a sign", {1, 100});
  program.option("--low", low, "Of 64 bits");
  program.option("--high", high, "Of 64 bits, without a sign");
  return program.run(argc, argv, [&](const Config& config) {
    for (const std::string& file : files) std::printf("file %s\n", file.c_str());
    std::printf("%s %d %g %d %u %lld %llu\n", word.c_str(), int{loud}, rate, shift, top,
                static_cast<long long>(low), static_cast<unsigned long long>(high));
    std::printf("%u workers, %u threads, seed %llu, %s\n", config.workers, config.threads,
                static_cast<unsigned long long>(config.seed),
                config.policy ? config.policy->name().c_str() : "no policy");
  });
}
