// SPDX-License-Identifier: MIT
//
// A program of somebody's own on all that needs no further library.
#include <tidemark/tidemark.hpp>

#include <cstdio>
#include <exception>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace tidemark;

int main(int argc, char** argv) try {
  Dataflow flow;
  const auto split = [](const std::string& line) {
    std::istringstream words(line);
    return std::vector<std::string>{std::istream_iterator<std::string>(words), {}};
  };
  const auto day = [](const std::pair<std::string, EventTime>& value) { return value.second; };
  input(flow, "lines", TestingInput<std::string>({"the tide marks", "the shore"})) |
      flat_map("words", split) | count("count") | output("out", StdOutput{});
  input(flow, "stamps",
        TestingInput(std::vector<std::pair<std::string, std::pair<std::string, EventTime>>>{
            {"a", {"x", EventTime{}}}})) |
      count_window("windows", EventClock(day, std::chrono::seconds(1)),
                   TumblingWindow(std::chrono::hours(1), EventTime{})) |
      output("windows_out", StdOutput{});
  if (argc == 2) write_picture(argv[1], to_dot(flow.describe(), View::logical));
  cluster_main(flow, {.workers = 2});
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
