// SPDX-License-Identifier: MIT
//
// How hot has each hour been at each station? What comes too late is kept apart.
// operators/COMING.md quotes it.
#include <tidemark/core/read_item.hpp>
#include <tidemark/experiments/program.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/iso8601.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windower.hpp>

#include <chrono>
#include <string>
#include <utility>

using namespace tidemark;
using namespace std::chrono_literals;

// COMING begin
using Measured = std::pair<EventTime, double>;

std::pair<std::string, Measured> reading_of(const CsvRow& row) {
  return {field_of(row, "station"),
          {parse_iso8601(field_of(row, "time")), read_item<double>(field_of(row, "degrees"))}};
}

int main(int argc, char** argv) {
  std::string readings, late;
  Program program("hottest", "How hot has each hour been at each station?");
  program.option("READINGS", readings, "A CSV file with the columns station, time and degrees");
  program.option("LATE", late, "The file that gets what has come too late");
  return program.run(argc, argv, [&](Dataflow& flow) {
    const auto hottest = input(flow, "readings", CSVInput(readings)) | map("parse", reading_of) |
                         max_window("hottest", EventClock(&Measured::first, 10min),
                                    TumblingWindow(1h, EventTime{}), &Measured::second);
    hottest | output("out", StdOutput{});
    hottest.late() | output("late", FileOutput(late));
  });
}
// COMING end
