// SPDX-License-Identifier: MIT
//
// The README's example: how often each word of a text occurs. A test holds the README against it.
// clang-format off
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/experiments/program.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <sstream>
// clang-format on

using namespace tidemark;

std::vector<std::string> split(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

// README begin
int main(int argc, char** argv) {
  return run_program(argc, argv, [](Dataflow& flow) {
    input(flow, "lines", TestingInput<std::string>({"the tide marks", "the shore"})) |
        flat_map("words", split) | count("count") | output("out", StdOutput{});
  });
}
// README end
