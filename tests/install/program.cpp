// SPDX-License-Identifier: MIT
//
// A program of somebody's own with a command line.
#include <tidemark/experiments/program.hpp>
#include <tidemark/operators/operators.hpp>

#include <string>

using namespace tidemark;

int main(int argc, char** argv) {
  std::string word = "tide";
  Program program("program", "Counts a word", {.workers = 2});
  program.option("--word", word, "Which");
  return program.run(argc, argv, [&](Dataflow& flow) {
    input(flow, "words", TestingInput<std::string>({word, word})) | count("count") |
        output("out", StdOutput{});
  });
}
